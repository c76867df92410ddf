import { describe, expect, it } from 'vitest';
import { decodeLayoutRecords } from './decode-layout.js';
import { encodeLayoutEntries } from './encode-layout.js';
import type { LayoutEntry } from './layout-record.js';

const owner = { uid: 0, gid: 0 };
const entries: readonly LayoutEntry[] = [
  {
    type: 'regular',
    ...owner,
    mode: 0o104755,
    target: 'bin/nano',
    digest: '99aa06d3014798d86001c324468d497f',
  },
  { type: 'symlink', ...owner, mode: 0o120777, target: 'bin/é', link: 'nano' },
  { type: 'directory', uid: 2 ** 32 - 1, gid: 1, mode: 0o040700, target: 'share/empty' },
];

describe('layout entries', () => {
  it('come back as they were written', () => {
    const bytes = encodeLayoutEntries(entries);
    if (!bytes.ok) throw new Error(bytes.error.message);
    const context = { recordCount: entries.length, mode: 'strict', place: { offset: 0 } } as const;
    const records = decodeLayoutRecords(bytes.value, context);
    expect(records.ok && records.value.map(({ entry }) => entry)).toEqual(entries);
  });

  it.each([
    ['stone.field-too-long', { target: 'a'.repeat(65_536) }],
    ['stone.layout-path', { target: '/etc' }],
    ['stone.layout-path', { target: '' }],
    ['stone.not-encodable', { target: 'a\0' }],
    ['stone.not-encodable', { target: '\udc00' }],
  ])('are refused with %s rather than cut', (code, change) => {
    const entry: LayoutEntry = {
      type: 'directory',
      ...owner,
      mode: 0o040755,
      ...change,
    };
    expect(encodeLayoutEntries([entry])).toMatchObject({ ok: false, error: { code } });
  });

  it('hold the longest path that the format allows', () => {
    const entry: LayoutEntry = {
      type: 'directory',
      ...owner,
      mode: 0o040755,
      target: 'a'.repeat(65_535),
    };
    expect(encodeLayoutEntries([entry])).toMatchObject({ ok: true });
  });
});
