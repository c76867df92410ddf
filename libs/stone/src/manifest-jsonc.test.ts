import { expect, it } from 'vitest';
import { manifestJsonc } from './manifest-jsonc.js';

it('is laid out with tabs, sorted lists, and without what is empty', () => {
  const empty = { buildDepends: [], depends: [], provides: [], files: [] };
  const text = manifestJsonc({
    sourceName: 'nano',
    sourceRelease: 33,
    sourceVersion: '8.3',
    packages: [
      { name: 'nano-é', ...empty },
      {
        name: '9',
        ...empty,
        files: ['share/b"\t', 'bin/a'],
        depends: ['zlib', 'binary(a)', 'zlib'],
      },
    ],
  });
  expect(text).toBe(
    [
      '/** Human readable report. This is not consumed by boulder */',
      '{',
      '\t"manifest-version": "0.2",',
      '\t"packages": {',
      '\t\t"9": {',
      '\t\t\t"depends": [',
      '\t\t\t\t"binary(a)",',
      '\t\t\t\t"zlib"',
      '\t\t\t],',
      '\t\t\t"files": [',
      '\t\t\t\t"/usr/bin/a",',
      '\t\t\t\t"/usr/share/b\\"\\t"',
      '\t\t\t],',
      '\t\t\t"name": "9"',
      '\t\t},',
      '\t\t"nano-é": {',
      '\t\t\t"name": "nano-é"',
      '\t\t}',
      '\t},',
      '\t"source-name": "nano",',
      '\t"source-release": "33",',
      '\t"source-version": "8.3"',
      '}',
      '',
    ].join('\n'),
  );
});
