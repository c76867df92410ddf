import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  parseBranchName,
  parseCommitId,
  parseGitUrl,
  parseRelativePath,
  type BranchName,
  type CommitId,
  type GitUrl,
  type RelativePath,
} from './git-inputs.js';
import { createGit } from './git.js';

const remote = (text: string) => parseGitUrl(text, { allowLocal: false }).ok;

it('accepts the addresses that recipe repositories and upstreams have', () => {
  for (const text of [
    'https://github.com/AerynOS/recipes',
    'https://h.example:8443/a/b.git',
    'ssh://git@example.org/a.git',
    'git+https://x.org/~u/r.git',
    'https://x.org/a%20b.git',
  ]) {
    expect(parseGitUrl(text, { allowLocal: false }), text).toMatchObject({ ok: true });
  }
  for (const text of [
    '/srv/git/recipes',
    '/srv/my recipes/ü',
    'file:///srv/git/recipes',
    'http://127.0.0.1:8080/r.git',
  ]) {
    expect(remote(text), text).toBe(false);
    expect(parseGitUrl(text, { allowLocal: true }).ok, text).toBe(true);
  }
});

it('accepts ordinary branches, commits and paths', () => {
  for (const text of ['main', 'feature/x-1', 'v1.0', 'wip_ü'])
    expect(parseBranchName(text).ok, text).toBe(true);
  expect(parseCommitId('a'.repeat(40)).ok).toBe(true);
  expect(parseCommitId('0'.repeat(64)).ok).toBe(true);
  for (const text of ['l/libdaemon', 'stone.yaml', 'a b/c+d.patch', '.github/x'])
    expect(parseRelativePath(text).ok, text).toBe(true);
});

const hostileAnywhere = fc.oneof(
  fc.constantFrom(
    '--upload-pack=touch x',
    '-oProxyCommand=x',
    '-',
    '--',
    '\0',
    'a\0b',
    'a\nb',
    'a\rb',
    'a\u001bb',
    '..',
    '../x',
    'a/../b',
    'x/..',
    '/../etc',
    '\\',
    'a\\b',
    '',
  ),
  fc
    .tuple(fc.constantFrom('-', '--', '../', '\0', '\n', '\u007f'), fc.string({ maxLength: 40 }))
    .map(([head, tail]) => head + tail),
  fc
    .tuple(
      fc.string({ maxLength: 20 }),
      fc.constantFrom('\0', '\n', '\r', '\t', '\u0001', '\u009b'),
      fc.string({ maxLength: 20 }),
    )
    .map((parts) => parts.join('')),
);

const hostileUrl = fc.oneof(
  hostileAnywhere,
  fc.constantFrom(
    'ext::sh -c touch% x',
    'ext::https://h/x',
    'fd::17',
    'file:///etc',
    '/etc',
    'git@github.com:a/b',
    'https://user:secret@host/x',
    'https://token@host/x',
    'https://-oProxyCommand=x/y',
    'ssh://-oProxyCommand=touch/x',
    'ssh://git@-x/y',
    'ssh://a@b@c/x',
    'https://host\\@evil/x',
    'https://host#@evil/x',
    'https://h/x?y',
    'https://h/../x',
    'https://h/%2e%2e/x',
    'https://h/%00',
    'https://h/a%0ab',
    'https://h/--upload-pack=x',
    'HTTPS://h/x',
    'https:/h/x',
    'https://',
    'https:///x',
    'https://h',
    'javascript:x',
    'ftp://h/x',
    'https://h/x y',
    'http::https://h/x',
    'git+ext::x',
    'git+file:///x',
    `https://h/${'a'.repeat(3_000)}`,
  ),
  fc
    .tuple(
      fc.constantFrom('ext::', 'fd::', 'file://', 'ssh://-', 'data:', 'gopher://', 'git+ext::'),
      fc.string({ maxLength: 40 }),
    )
    .map((parts) => parts.join('')),
);

const hostileBranch = fc.oneof(
  hostileAnywhere,
  fc.constantFrom(
    'HEAD',
    '@',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a@{1}',
    'x.lock',
    'a.lock/b',
    '.a',
    'a/.b',
    'a//b',
    '/a',
    'a/',
    'a.',
    ' a',
    'a b',
    '+main:main',
    'a'.repeat(300),
  ),
);
const hostileCommit = fc.oneof(
  hostileAnywhere,
  fc.constantFrom(
    'HEAD',
    'main',
    'abc1234',
    'A'.repeat(40),
    `${'a'.repeat(40)}^`,
    `${'a'.repeat(40)}:x`,
    'g'.repeat(40),
    `${'a'.repeat(40)}\n`,
  ),
);
const hostilePath = fc.oneof(
  hostileAnywhere,
  fc
    .constantFrom(
      '/etc/passwd',
      './a',
      'a/./b',
      'a//b',
      'a/',
      '.git/config',
      'a/.GIT/hooks/x',
      '-a',
      'a/-b',
      ':(glob)**',
      'x'.repeat(5_000),
    )
    .filter((text) => !text.startsWith(':')),
);

it('lets no hostile name, ref, address or path start a process or write a file', async () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'cairn-hostile-'));
  const marker = path.join(scratch, 'started');
  const gitPath = path.join(scratch, 'git');
  writeFileSync(gitPath, `#!/bin/sh\ntouch ${marker}\nexit 1\n`, { mode: 0o755 });
  const git = createGit({ allowLocal: false, gitPath });
  const dir = path.join(scratch, 'mirror');
  const url = 'https://h.example/r.git' as GitUrl;
  const commit = 'a'.repeat(40) as CommitId;
  const attempts = fc.oneof(
    hostileUrl.map(
      (text) => () => git.mirrorFetch({ url: text as GitUrl, dir, branch: 'main' as BranchName }),
    ),
    hostileUrl.map((text) => () => git.fetchCommit({ url: text as GitUrl, dir, commit })),
    hostileBranch.map((text) => () => git.mirrorFetch({ url, dir, branch: text as BranchName })),
    hostileBranch.map((text) => () => git.resolveCommit({ dir, branch: text as BranchName })),
    hostileCommit.map((text) => () => git.fetchCommit({ url, dir, commit: text as CommitId })),
    hostileCommit.map((text) => () => git.listTree({ dir, commit: text as CommitId })),
    hostileCommit.map(
      (text) => () => git.changedPaths({ dir, from: text as CommitId, to: commit }),
    ),
    hostileCommit.map((text) => () => git.commitTime({ dir, commit: text as CommitId })),
    hostileCommit.map(
      (text) => () =>
        git.readBlobs({ dir, objectIds: [text], blobMaxBytes: 10, totalMaxBytes: 10 }),
    ),
    hostilePath.map((text) => () => git.listTree({ dir, commit, path: text as RelativePath })),
    hostilePath.map(
      (text) => () =>
        git.checkout({
          dir,
          commit,
          path: text as RelativePath,
          target: path.join(scratch, 'target'),
        }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(attempts, async (attempt) => {
      const result = await attempt();
      expect(result.ok).toBe(false);
      expect(result.ok ? '' : result.error.code).toMatch(/^git\.bad-(?:url|branch|commit|path)$/);
      expect(readdirSync(scratch)).toEqual(['git']);
    }),
    { numRuns: 600 },
  );
  // The proof has teeth: good input does start this git.
  await git.listTree({ dir, commit });
  expect(existsSync(marker)).toBe(true);
});
