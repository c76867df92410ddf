import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { type Toolchain, type Tuning } from '../recipe.js';
import { ARCHITECTURES } from './architectures.js';
import { compilerFlags, type CompilerFlags } from './compiler-flags.js';
import { DEFAULT_GROUPS, TUNING_GROUPS } from './tuning-groups.js';

const file = path.resolve(import.meta.dirname, '../../../../../shared/data/flags-golden.json');
const golden = existsSync(file)
  ? Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, CompilerFlags>)
  : [];

/** The cases are named `<architecture> <toolchain> default` or `… group=value group=value`. */
function flagsFor(name: string) {
  const [architecture = '', toolchain, ...words] = name.split(' ');
  const tuning = words
    .filter((word) => word !== 'default')
    .map((word): Tuning => {
      const [group = '', value = ''] = word.split('=');
      return { group, value: value === 'false' ? false : value };
    });
  const found = ARCHITECTURES[architecture];
  if (found === undefined) throw new Error(`no architecture ${architecture}`);
  return compilerFlags({ architecture: found, toolchain: toolchain as Toolchain, tuning });
}

describe.skipIf(golden.length === 0)('golden flags (skipped without ../shared/data)', () => {
  it.each(golden)('makes the flags of %s', (name, flags) => {
    expect(flagsFor(name)).toEqual({ ok: true, value: flags });
  });
});

describe('compilerFlags', () => {
  it('knows 44 groups, 24 of them on by default', () => {
    expect(Object.keys(TUNING_GROUPS)).toHaveLength(43);
    expect(DEFAULT_GROUPS).toHaveLength(24);
    expect(DEFAULT_GROUPS.filter((group) => !(group in TUNING_GROUPS))).toEqual([]);
  });

  it('lets the last wish for a group count', () => {
    expect(flagsFor('x86_64 gnu lto=false lto=full')).toMatchObject({
      ok: true,
      value: { ld: expect.stringContaining('-flto-partition=one') as string },
    });
  });

  it.each([
    ['icf=no', 'recipe.unknown-tuning-option'],
    ['common=x', 'recipe.unknown-tuning-option'],
    ['nothing=false', 'recipe.unknown-tuning-group'],
    ['constructor=false', 'recipe.unknown-tuning-group'],
    ['lto=constructor', 'recipe.unknown-tuning-option'],
  ])('refuses %s', (wish, code) => {
    expect(flagsFor(`x86_64 gnu ${wish}`)).toMatchObject({ ok: false, error: { code, index: 0 } });
  });
});
