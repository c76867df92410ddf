import { expect, it } from 'vitest';
import { namesIn, providersOf } from './capability-match.js';

it('finds who provides each capability, and every package by its own name', () => {
  const found = providersOf(
    ['name(zlib)', 'soname(libz.so.1)', 'binary(nobody)'],
    [
      { name: 'zlib-ng', provides: ['soname(libz.so.1)'] },
      { name: 'zlib', provides: ['soname(libz.so.1)', 'pkgconfig(zlib)'] },
    ],
  );
  expect(Object.fromEntries(found)).toEqual({
    'name(zlib)': ['zlib'],
    'soname(libz.so.1)': ['zlib', 'zlib-ng'],
    'binary(nobody)': [],
  });
});

it('knows which packages are asked for by name', () => {
  expect(namesIn(['name(pkgconfig(gtk+-3.0))', 'soname(x)', 'name(a)'])).toEqual([
    'pkgconfig(gtk+-3.0)',
    'a',
  ]);
});
