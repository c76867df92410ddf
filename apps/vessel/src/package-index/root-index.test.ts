import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { rootIndexText } from './root-index.js';

const FACTS = {
  streams: [
    { name: 'volatile', history: '1750000001' },
    { name: 'unstable', history: '1750000000' },
  ],
  tags: [{ name: 'release-1', history: '1750000000' }],
  histories: ['1750000001', '1750000000'],
};

it('has two spaces, no final newline, and the newest first', () => {
  const text = rootIndexText(FACTS);
  expect(text.startsWith('{\n  "formats": {\n    "v0": {}\n  },\n  "streams": {')).toBe(true);
  expect(text.endsWith('}\n}')).toBe(true);
  expect(text.lastIndexOf('"1750000001"')).toBeLessThan(text.lastIndexOf('"1750000000"'));
  expect(JSON.parse(text)).toEqual({
    formats: { v0: {} },
    streams: {
      volatile: { format: 'v0', history: '1750000001' },
      unstable: { format: 'v0', history: '1750000000' },
    },
    tags: { 'release-1': { format: 'v0', history: '1750000000' } },
    history: { '1750000001': { format: 'v0' }, '1750000000': { format: 'v0' } },
  });
});

const REFERENCE = resolve(
  import.meta.dirname,
  '../../../../../shared/data/stones/reference/moss-root-index.json',
);
if (!existsSync(REFERENCE)) console.log('root-index.test.ts: shared/data is absent, skipped');

it.skipIf(!existsSync(REFERENCE))('is, byte for byte, what the original writes', () => {
  expect(rootIndexText(FACTS)).toBe(readFileSync(REFERENCE, 'utf8'));
});

it('has every key when there is nothing to list', () => {
  const text = rootIndexText({ streams: [], tags: [], histories: [] });
  expect(text).toBe(
    JSON.stringify({ formats: { v0: {} }, streams: {}, tags: {}, history: {} }, null, 2),
  );
});
