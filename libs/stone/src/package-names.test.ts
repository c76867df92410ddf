import { describe, expect, it } from 'vitest';
import {
  isPackageHash,
  isPackageUri,
  isSafeName,
  packageFileName,
  poolPath,
} from './package-names.js';
import type { StonePackage } from './stone-package.js';

const lists = { licenses: [], depends: [], provides: [], conflicts: [], buildDepends: [] };
const texts = {
  summary: '',
  description: '',
  homepage: '',
  architecture: 'x86_64',
  version: '8.3',
};
const named = (name: string, sourceId: string): StonePackage => ({
  name,
  sourceId,
  sourceRelease: 33,
  buildRelease: 1,
  ...texts,
  ...lists,
});

describe('names', () => {
  it.each(['nano', 'gtk+', '7zip', 'libstdc++-devel', 'a.b_c'])('allows %s', (name) => {
    expect(isSafeName(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    '-x',
    '+x',
    'a/b',
    'a b',
    'a\nb',
    'a\0',
    'é',
    '$(name)-devel',
    'a'.repeat(256),
  ])('refuses “%s”', (name) => {
    expect(isSafeName(name)).toBe(false);
  });

  it('are put together as the repository expects them', () => {
    expect(packageFileName(named('nano', 'nano'))).toBe('nano-8.3-33-1-x86_64.stone');
    expect(poolPath(named('nano', 'nano'))).toBe('pool/v0/n/nano/nano-8.3-33-1-x86_64.stone');
    expect(poolPath(named('libzip', 'libzip'))).toBe(
      'pool/v0/libz/libzip/libzip-8.3-33-1-x86_64.stone',
    );
    expect(poolPath(named('libx', 'libx'))).toBe('pool/v0/l/libx/libx-8.3-33-1-x86_64.stone');
    expect(poolPath(named('imagemagick', 'ImageMagick'))).toBe(
      'pool/v0/i/imagemagick/imagemagick-8.3-33-1-x86_64.stone',
    );
  });
});

describe('locations', () => {
  it.each(['a.stone', '../../../pool/v0/n/nano/a.stone', 'with space/a.stone'])(
    'allows %s',
    (uri) => {
      expect(isPackageUri(uri)).toBe(true);
    },
  );

  it.each([
    '',
    '/a',
    'a//b',
    'a/',
    '..',
    'a/..',
    'a/../b',
    './a',
    'https://x/a',
    'C:a',
    'a\\b',
    'a\nb',
    'a?b',
    'a#b',
  ])('refuses “%s”', (uri) => {
    expect(isPackageUri(uri)).toBe(false);
  });

  it('are told by 64 lower-case digits', () => {
    expect(isPackageHash('0123456789abcdef'.repeat(4))).toBe(true);
    expect(isPackageHash('0123456789ABCDEF'.repeat(4))).toBe(false);
    expect(isPackageHash('a'.repeat(63))).toBe(false);
    expect(isPackageHash(`${'a'.repeat(64)}\n`)).toBe(false);
  });
});
