import { expect, it } from 'vitest';
import { isSameRepository, pushedBranch } from './push-event.js';

const push = (ref: string) => ({ ref, repository: { clone_url: 'https://github.com/o/r.git' } });

it('reads the branch of a push', () => {
  expect(pushedBranch(push('refs/heads/main'))).toEqual({
    branch: 'main',
    urls: ['https://github.com/o/r.git'],
  });
});

it.each([push('refs/tags/v1'), {}, null, { ref: 'refs/heads/x', repository: {} }, { ref: 5 }])(
  'reads nothing from %j',
  (payload) => {
    expect(pushedBranch(payload)).toBeNull();
  },
);

it.each([
  ['https://github.com/o/r.git', 'https://github.com/o/r'],
  ['git@github.com:o/r.git', 'https://github.com/O/R/'],
  ['ssh://git@github.com/o/r', 'git+https://github.com/o/r.git'],
])('knows %s and %s as the same', (left, right) => {
  expect(isSameRepository(left, right)).toBe(true);
});

it('tells others apart', () => {
  expect(isSameRepository('https://github.com/o/r', 'https://github.com/o/r2')).toBe(false);
  expect(isSameRepository('https://github.com/o/r', 'https://example.org/o/r')).toBe(false);
});
