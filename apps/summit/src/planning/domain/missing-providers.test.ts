import { expect, it } from 'vitest';
import { judgeMissing } from './missing-providers.js';
import { presumedProvides } from './presumed-provides.js';

const missing = ['pkgconfig(greet)'];
const candidate = { taskId: 1, source: 'hello', isOpen: true };

it('tries again once everything is provided', () => {
  const provided = new Set(['pkgconfig(greet)', 'x']);
  expect(judgeMissing({ missing, provided, candidates: [candidate] })).toEqual({
    kind: 'provided',
  });
});

it('waits while a source that was never built may provide it', () => {
  const verdict = judgeMissing({
    missing,
    provided: new Set(),
    candidates: [candidate, { ...candidate, isOpen: false }],
  });
  expect(verdict).toMatchObject({ kind: 'waits', candidates: [candidate] });
});

it('is blocked when only failed ones are left, and stranded when nobody is', () => {
  const failed = [{ ...candidate, isOpen: false }];
  expect(judgeMissing({ missing, provided: new Set(), candidates: failed }).kind).toBe('blocked');
  expect(judgeMissing({ missing, provided: new Set(), candidates: [] }).kind).toBe('stranded');
});

it.each([
  ['libgreet', 'pkgconfig(greet)'],
  ['libgreet', 'name(libgreet-devel)'],
  ['speexdsp', 'pkgconfig(speexdsp)'],
  ['python-ply', 'python(ply)'],
  ['gtk4', 'pkgconfig(gtk)'],
])('presumes that %s provides %s', (source, capability) => {
  expect(presumedProvides(source)).toContain(capability);
});
