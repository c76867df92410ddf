import { expect, it } from 'vitest';
import { exportedInterface } from './exported-interface.js';

const LIBRARY = { name: 'libgreet', provides: ['soname(libgreet.so.1(x86_64))', 'name(libgreet)'] };
const TOOLS = { name: 'libgreet-tools', provides: ['binary(greet)'] };

it('does not depend on the order of packages and capabilities', () => {
  const turned = { ...LIBRARY, provides: LIBRARY.provides.toReversed() };
  expect(exportedInterface([TOOLS, turned])).toBe(exportedInterface([LIBRARY, TOOLS]));
});

it('differs when a package installs other paths', () => {
  const [before, after] = ['a', 'b'].map((letter) => [
    { ...LIBRARY, pathsSha256: letter.repeat(64) },
  ]);
  expect(exportedInterface(before ?? [])).not.toBe(exportedInterface(after ?? []));
});

it('differs when a capability or a package is another', () => {
  const newer = { ...LIBRARY, provides: ['soname(libgreet.so.2(x86_64))', 'name(libgreet)'] };
  const all = [[LIBRARY, TOOLS], [newer, TOOLS], [LIBRARY]].map(exportedInterface);
  expect(new Set(all).size).toBe(3);
});
