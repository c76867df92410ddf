import { parseDependency } from '@cairn/stone';
import { expect, it } from 'vitest';
import { debianPackagesFor } from './debian-names.js';

function packagesFor(...texts: string[]): string[] {
  return debianPackagesFor(
    texts.flatMap((text) => {
      const parsed = parseDependency(text);
      return parsed.ok ? [parsed.value] : [];
    }),
  );
}

it('names what to install for programs, libraries and modules', () => {
  expect(packagesFor('pkgconfig(libsystemd)', 'binary(cmake)', 'cmake(ECM)')).toEqual([
    'cmake',
    'extra-cmake-modules',
    'libsystemd-dev',
  ]);
  expect(packagesFor('python(setuptools)', 'python-packaging')).toEqual([
    'python3-packaging',
    'python3-setuptools',
  ]);
  expect(packagesFor('binary(vapigen)', 'giflib-devel', 'binary(xsltproc)')).toEqual([
    'libgif-dev',
    'valac',
    'xsltproc',
  ]);
  expect(packagesFor('pkgconfig(libssl)', 'pkgconfig(libcrypto)')).toEqual(['libssl-dev']);
});

it('guesses nothing that it does not know, and writes no shell words', () => {
  expect(packagesFor('pkgconfig(gone)', 'soname(libx.so.1(x86_64))', 'gone')).toEqual([]);
  expect(packagesFor('python(a;b)').every((name) => /^[a-z0-9.+-]+$/.test(name))).toBe(true);
});
