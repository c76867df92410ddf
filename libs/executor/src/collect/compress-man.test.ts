import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressManuals, isManualPage } from './compress-man.js';
import { listInstallTree } from './install-tree.js';

it.each([
  ['/usr/share/man/man1/x.1', true],
  ['/usr/share/man/de/man8/x.8', true],
  ['/usr/share/man/man9/x.9', false],
  ['/usr/share/man/man3/X.3pm', false],
  ['/usr/share/info/x.info', true],
  ['/usr/share/info/dir', false],
  ['/usr/share/doc/x.1', false],
  ['/usr/bin/man', false],
])('takes %s for a page: %s', (at, expected) => {
  expect(isManualPage(at)).toBe(expected);
});

it('compresses pages, makes copies of links, and keeps what leads elsewhere', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'cairn-man-'));
  const outside = path.join(mkdtempSync(path.join(tmpdir(), 'cairn-man-')), 'man/secret.1');
  mkdirSync(path.dirname(outside));
  writeFileSync(outside, 'secret');
  const dir = path.join(root, 'usr/share/man/man1');
  mkdirSync(dir, { recursive: true });
  const at = (name: string) => path.join(dir, name);
  writeFileSync(at('a.1'), 'page a', { mode: 0o644 });
  utimesSync(at('a.1'), 1_000, 1_000);
  symlinkSync('a.1', at('b.1'));
  symlinkSync('/usr/share/man/man1/b.1', at('c.1'));
  symlinkSync(path.join('../../../../..', path.relative('/', outside)), at('escape.1'));
  symlinkSync('gone.1', at('dangling.1'));
  const listed = await listInstallTree(root);
  await compressManuals(root, listed.ok ? listed.value : []);
  const after = await listInstallTree(root);
  expect(after.ok && after.value.map((entry) => path.basename(entry.path))).toEqual([
    'a.1.zst',
    'b.1.zst',
    'c.1.zst',
    'dangling.1',
    'escape.1',
  ]);
  for (const name of ['a.1.zst', 'b.1.zst', 'c.1.zst']) {
    expect(zstdDecompressSync(readFileSync(at(name))).toString()).toBe('page a');
    expect(lstatSync(at(name)).isFile()).toBe(true);
  }
  expect(statSync(at('a.1.zst')).mtimeMs).toBe(1_000_000);
});
