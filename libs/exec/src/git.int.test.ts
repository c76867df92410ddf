import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  existsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type BranchName, type CommitId, type GitUrl, type RelativePath } from './git-inputs.js';
import { createGit } from './git.js';

const MAIN = 'main' as BranchName;
const ID = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
let scratch: string;
let origin: string;
const git = createGit({ allowLocal: true });

function inOrigin(...args: string[]): string {
  const env = {
    PATH: '/usr/bin:/bin',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_DATE: '1700000000 +0000',
    GIT_COMMITTER_DATE: '1700000100 +0000',
  };
  return execFileSync('git', ['-C', origin, ...ID, ...args], { encoding: 'utf8', env }).trim();
}

function commitAll(): CommitId {
  inOrigin('add', '-A');
  inOrigin('commit', '-q', '-m', 'x');
  return inOrigin('rev-parse', 'HEAD') as CommitId;
}

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'cairn-git-'));
  origin = path.join(scratch, 'origin');
  mkdirSync(path.join(origin, 'l/libgreet/pkg'), { recursive: true });
  execFileSync('git', ['init', '-q', '-b', 'main', origin]);
  writeFileSync(path.join(origin, 'l/libgreet/stone.yaml'), 'name: libgreet\n');
  writeFileSync(path.join(origin, 'l/libgreet/pkg/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('run.sh', path.join(origin, 'l/libgreet/pkg/alias'));
  writeFileSync(path.join(origin, 'README'), 'x\n');
});

it('mirrors, lists, reads, checks out and compares', async () => {
  const first = commitAll();
  const dir = path.join(scratch, 'mirror');
  expect(await git.mirrorFetch({ url: origin as GitUrl, dir, branch: MAIN })).toEqual({
    ok: true,
    value: first,
  });
  const listed = await git.listTree({ dir, commit: first, path: 'l/libgreet' as RelativePath });
  expect(
    listed.ok && listed.value.map(({ kind, path: name, sizeBytes }) => [kind, name, sizeBytes]),
  ).toEqual([
    ['symlink', 'l/libgreet/pkg/alias', 6],
    ['executable', 'l/libgreet/pkg/run.sh', 10],
    ['file', 'l/libgreet/stone.yaml', 15],
  ]);
  const objectIds = listed.ok ? listed.value.map((entry) => entry.objectId) : [];
  const blobs = await git.readBlobs({ dir, objectIds, blobMaxBytes: 100, totalMaxBytes: 100 });
  expect(blobs.ok && blobs.value.get(objectIds[2] ?? '')?.toString()).toBe('name: libgreet\n');
  expect(
    await git.readBlobs({ dir, objectIds, blobMaxBytes: 14, totalMaxBytes: 100 }),
  ).toMatchObject({ error: { code: 'git.limit-reached' } });
  expect(
    await git.readBlobs({ dir, objectIds, blobMaxBytes: 100, totalMaxBytes: 30 }),
  ).toMatchObject({ error: { code: 'git.limit-reached' } });

  const target = path.join(scratch, 'part');
  expect(
    await git.checkout({ dir, commit: first, path: 'l/libgreet' as RelativePath, target }),
  ).toMatchObject({ ok: true });
  expect(readFileSync(path.join(target, 'l/libgreet/stone.yaml'), 'utf8')).toBe('name: libgreet\n');
  expect(lstatSync(path.join(target, 'l/libgreet/pkg/run.sh')).mode & 0o777).toBe(0o755);
  expect(lstatSync(path.join(target, 'l/libgreet/pkg/alias')).isSymbolicLink()).toBe(true);
  expect(existsSync(path.join(target, 'README'))).toBe(false);
  expect(
    await git.checkout({ dir, commit: first, target: path.join(scratch, 'whole') }),
  ).toMatchObject({ ok: true });
  expect(existsSync(path.join(scratch, 'whole/README'))).toBe(true);

  writeFileSync(path.join(origin, 'README'), 'y\n');
  const second = commitAll();
  expect(await git.mirrorFetch({ url: origin as GitUrl, dir, branch: MAIN })).toEqual({
    ok: true,
    value: second,
  });
  expect(await git.changedPaths({ dir, from: first, to: second })).toEqual({
    ok: true,
    value: ['README'],
  });
  expect(
    await git.changedPaths({ dir, from: first, to: second, path: 'l' as RelativePath }),
  ).toEqual({ ok: true, value: [] });
  expect(await git.commitTime({ dir, commit: second })).toEqual({
    ok: true,
    value: { authorSeconds: 1_700_000_000, committerSeconds: 1_700_000_100 },
  });
});

it('reports an unknown branch, an unknown commit and an unreachable repository', async () => {
  const dir = path.join(scratch, 'mirror2');
  expect(
    await git.mirrorFetch({ url: origin as GitUrl, dir, branch: 'absent' as BranchName }),
  ).toMatchObject({ error: { code: 'git.unknown-revision' } });
  expect(await git.listTree({ dir, commit: 'f'.repeat(40) as CommitId })).toMatchObject({
    error: { code: 'git.unknown-revision' },
  });
  expect(
    await git.mirrorFetch({ url: path.join(scratch, 'absent') as GitUrl, dir, branch: MAIN }),
  ).toMatchObject({ error: { code: 'git.unreachable' } });
});

it('refuses a tree with a link that leaves it, runs no hook and no filter', async () => {
  const proof = path.join(scratch, 'proof');
  writeFileSync(path.join(origin, '.gitattributes'), '* filter=evil\n');
  inOrigin('config', 'filter.evil.smudge', `touch ${proof}`);
  writeFileSync(path.join(origin, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${proof}\n`, {
    mode: 0o755,
  });
  const filtered = commitAll();
  const dir = path.join(scratch, 'mirror3');
  expect(await git.mirrorFetch({ url: origin as GitUrl, dir, branch: MAIN })).toMatchObject({
    ok: true,
  });
  expect(
    await git.checkout({ dir, commit: filtered, target: path.join(scratch, 'filtered') }),
  ).toMatchObject({ ok: true });
  expect(existsSync(proof)).toBe(false);

  symlinkSync('../../../etc', path.join(origin, 'l/escape'));
  const bad = commitAll();
  expect(await git.mirrorFetch({ url: origin as GitUrl, dir, branch: MAIN })).toMatchObject({
    ok: true,
  });
  expect(await git.checkout({ dir, commit: bad, target: path.join(scratch, 'bad') })).toMatchObject(
    { error: { code: 'git.unsafe-tree' } },
  );
  expect(existsSync(path.join(scratch, 'bad'))).toBe(false);
});

it('stops a fetch that writes more than the limit', async () => {
  writeFileSync(
    path.join(origin, 'large'),
    Buffer.from(
      Array.from({ length: 300_000 }, (_, index) => (index * 7_919 * (index % 251)) % 256),
    ),
  );
  commitAll();
  const small = createGit({
    allowLocal: true,
    limits: { timeoutMs: 20_000, fileSizeMaxBytes: 4_096, outputMaxBytes: 1_000_000 },
  });
  expect(
    await small.mirrorFetch({
      url: origin as GitUrl,
      dir: path.join(scratch, 'mirror4'),
      branch: MAIN,
    }),
  ).toMatchObject({ error: { code: 'git.limit-reached' } });
});
