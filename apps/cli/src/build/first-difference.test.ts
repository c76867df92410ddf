import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MIB } from '@cairn/std';
import { firstDifference } from './first-difference.js';

const dir = mkdtempSync(join(tmpdir(), 'cairn-difference-'));

async function compare(first: string | Buffer, second: string | Buffer) {
  writeFileSync(join(dir, 'first'), first);
  writeFileSync(join(dir, 'second'), second);
  return firstDifference(join(dir, 'first'), join(dir, 'second'));
}

it.each([
  ['equal files', 'a\nb\n', 'a\nb\n', undefined],
  ['empty files', '', '', undefined],
  ['a changed line', 'a\nbc\n', 'a\nbd\n', { offset: 3, line: 2, first: '630a', second: '640a' }],
  ['a longer file', 'a\n', 'a\nb', { offset: 2, line: 2, first: '', second: '62' }],
  ['bytes after a NUL', 'a\0b', 'a\0c', { offset: 2, line: undefined, first: '62', second: '63' }],
])('compares %s', async (_name, first, second, expected) => {
  expect(await compare(first, second)).toEqual(expected);
});

it('finds a difference behind the first piece, and none in equal files of whole pieces', async () => {
  const bytes = Buffer.alloc(2 * MIB, 0x0a);
  expect(await compare(bytes, bytes)).toBeUndefined();
  const changed = Buffer.from(bytes);
  changed[MIB + 5] = 0x41;
  expect(await compare(bytes, changed)).toMatchObject({ offset: MIB + 5, line: MIB + 6 });
});
