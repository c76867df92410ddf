import { expect, it } from 'vitest';
import { pathList, type PackageFile } from './package-file.js';

function files(...paths: readonly string[]): PackageFile[] {
  return paths.map((path) => ({ path, mode: 0o100644 }));
}

it('tells lists of paths apart, whatever their order', () => {
  const one = pathList(files('lib/liba.so.1', 'include/a.h'));
  expect(pathList(files('include/a.h', 'lib/liba.so.1'))).toBe(one);
  expect(pathList(files('include/a.hlib/liba.so.1'))).not.toBe(one);
  expect(pathList(files('include/a.h', 'lib/liba.so.2'))).not.toBe(one);
  expect(pathList([])).not.toBe(one);
});

it('passes over debug information, which differs from build to build', () => {
  const plain = pathList(files('bin/a'));
  expect(pathList(files('bin/a', 'lib/debug/.build-id/00/11.debug'))).toBe(plain);
});
