import { IS_RETRYABLE, KIND_OF, STATUS_OF } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { readText } from './source-tree.ts';

/** | `task.not-found` | not-found | 404 | no | … */
const ROW = /^\|\s*`([a-z][a-z.-]*)`\s*\|\s*([a-z-]+)\s*\|\s*(\d{3})\s*\|\s*(yes|no)\s*\|/gm;

it('gives each error code its kind, status and retry rule', () => {
  const rows = [...readText('docs/protocol/errors.md').matchAll(ROW)].map((row) => row.slice(1));
  const expected = Object.entries(KIND_OF).map(([code, kind]) => [
    code,
    kind,
    String(STATUS_OF[kind]),
    IS_RETRYABLE[kind] ? 'yes' : 'no',
  ]);
  expect(rows.sort()).toEqual(expected.sort());
});
