import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readElf } from './elf.js';

const SAMPLES_PER_DIR = 25;
const SIZE_MAX_BYTES = 4_000_000;
const hasReadelf = existsSync('/usr/bin/readelf');
if (!hasReadelf) console.log('skipped: readelf is not installed');

function samples(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir)
    .map((name) => path.join(dir, name))
    .filter(
      (file) =>
        statSync(file, { throwIfNoEntry: false })?.isFile() === true &&
        statSync(file).size < SIZE_MAX_BYTES,
    )
    .filter((file) => readElf(readFileSync(file)).ok);
  return files.filter((_, index) => index % Math.ceil(files.length / SAMPLES_PER_DIR) === 0);
}

it.skipIf(!hasReadelf)(
  'agrees with readelf about the programs and libraries of this machine',
  () => {
    const files = ['/usr/bin', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].flatMap(
      samples,
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const elf = readElf(readFileSync(file));
      if (!elf.ok) throw new Error(file);
      const told = execFileSync('readelf', ['-W', '-d', '-l', '-n', file], {
        encoding: 'utf8',
        maxBuffer: 10_000_000,
      });
      const all = (pattern: RegExp) => [...told.matchAll(pattern)].map((match) => match[1]);
      expect(elf.value.needed, file).toEqual(all(/\(NEEDED\).*\[(.*)\]/g));
      expect(elf.value.soname, file).toBe(all(/\(SONAME\).*\[(.*)\]/g)[0]);
      expect(elf.value.interpreter, file).toBe(all(/interpreter: (.*)\]/g)[0]);
      expect(elf.value.buildId, file).toBe(all(/Build ID: ([0-9a-f]+)/g)[0]);
    }
  },
);

it('answers damaged files with an error, never with a crash', () => {
  const original = readFileSync('/usr/bin/true');
  const damage = fc.record({
    at: fc.nat(original.byteLength - 1),
    value: fc.nat(255),
    head: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(damage, { minLength: 1, maxLength: 12 }),
      fc.nat(original.byteLength),
      (faults, cut) => {
        const bytes = Buffer.from(cut % 3 === 0 ? original.subarray(0, cut) : original);
        for (const { at, value, head } of faults) {
          const place = head ? at % 64 : at;
          if (place < bytes.byteLength) bytes[place] = value;
        }
        const elf = readElf(bytes);
        if (!elf.ok) expect(elf.error.code).toMatch(/^elf\./);
      },
    ),
    { numRuns: 500 },
  );
});
