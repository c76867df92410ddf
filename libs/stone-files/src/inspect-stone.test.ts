import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectStone } from './inspect-stone.js';

const STONES = resolve(import.meta.dirname, '../../../../shared/data/stones');
const hasData = existsSync(STONES);
if (!hasData) console.log('inspect-stone.test.ts: shared/data/stones is absent, skipped');

describe.skipIf(!hasData)('inspectStone', () => {
  it('says of every sample what an independent decoder says', async () => {
    const goldens = await readdir(join(STONES, 'goldens'));
    expect(goldens.length).toBeGreaterThan(10);
    for (const golden of goldens) {
      const expected: unknown = JSON.parse(await readFile(join(STONES, 'goldens', golden), 'utf8'));
      const name = golden.replace(/\.json$/, '');
      const folder = ['samples', 'reference'].find((each) => existsSync(join(STONES, each, name)));
      const inspected = await inspectStone(join(STONES, folder ?? '', name));
      expect(inspected.ok && JSON.parse(JSON.stringify(inspected.value)), name).toEqual(expected);
    }
  });
});
