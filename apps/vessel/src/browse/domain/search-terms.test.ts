import { expect, it } from 'vitest';
import { containing, fileTerms, hasTrigram, pathPattern, textTerms } from './search-terms.js';

it('looks for long texts anywhere and for such as no index of trigrams knows at beginnings', () => {
  expect(textTerms('zlib')).toEqual({ kind: 'anywhere', pattern: '%zlib%' });
  expect(textTerms('Zl')).toEqual({ kind: 'beginning', pattern: 'zl%' });
  expect(textTerms('C++')).toEqual({ kind: 'beginning', pattern: 'c++%' });
  expect(hasTrigram('a b c d')).toBe(false);
  expect(hasTrigram('größe')).toBe(true);
});

it('lets no character of a text mean something to the database', () => {
  expect(containing('100%_\\')).toBe('%100\\%\\_\\\\%');
  expect(textTerms('%').pattern).toBe('\\%%');
});

it('finds paths with and without /usr, by folder and file name', () => {
  expect(fileTerms('/usr/lib/libz.so')).toEqual({
    beginning: 'lib/libz.so%',
    name: 'libz.so%',
    inside: '%/lib/libz.so%',
  });
  expect(fileTerms('libz')).toEqual({ beginning: 'libz%', name: 'libz%', inside: '%/libz%' });
  expect(fileTerms('/usr/lib/').name).toBeNull();
});

it('takes an absolute path as a beginning among the files of one package', () => {
  expect(pathPattern('/usr/lib')).toBe('lib%');
  expect(pathPattern('lib/x_y')).toBe('%lib/x\\_y%');
});
