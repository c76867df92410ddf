import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BuildOrder } from '@cairn/contracts';
import { createLogger } from '@cairn/observability';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anOrder } from '../journal/domain/an-order.js';
import { stateDirectory, type StateDirectory } from '../state-directory.js';
import { WorkspaceService } from './workspace.service.js';

const log = createLogger({ name: 'test', level: 'silent' });
const never = new AbortController().signal;
let root: string;
let upstream: string;
let state: StateDirectory;

const git = (...args: string[]) =>
  execFileSync(
    'git',
    ['-C', upstream, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args],
    {
      encoding: 'utf8',
    },
  ).trim();

function commit(text: string): string {
  mkdirSync(path.join(upstream, 'h/hello/pkg'), { recursive: true });
  writeFileSync(path.join(upstream, 'h/hello/stone.yaml'), text);
  writeFileSync(path.join(upstream, 'h/hello/pkg/a.patch'), 'patch');
  writeFileSync(path.join(upstream, 'README'), 'not the recipe');
  git('add', '-A');
  git('commit', '-q', '-m', text);
  return git('rev-parse', 'HEAD');
}

function orderOf(facts: Partial<BuildOrder['repository']>): BuildOrder {
  const { repository } = anOrder();
  return anOrder({
    repository: { ...repository, url: upstream, recipePath: 'h/hello/stone.yaml', ...facts },
  });
}

const workspace = (allowLocalRepositories = true) =>
  new WorkspaceService({ state, allowLocalRepositories, log });

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cairn-workspace-'));
  upstream = path.join(root, 'upstream');
  mkdirSync(upstream);
  git('init', '-q', '-b', 'main');
  state = stateDirectory(path.join(root, 'state'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('checks out exactly the commit, also when the branch has gone on or away', async () => {
  const first = commit('one');
  commit('two');
  const checkout = await workspace().prepare(orderOf({ commit: first }), never);
  if (!checkout.ok) throw new Error(checkout.error.message);
  const { recipeDir, recipeFile } = checkout.value;
  expect(readFileSync(path.join(recipeDir, recipeFile), 'utf8')).toBe('one');
  expect(readdirSync(recipeDir).sort()).toEqual(['pkg', 'stone.yaml']);
  git('checkout', '-q', '--orphan', 'fresh');
  const third = commit('three');
  git('branch', '-M', 'fresh', 'main');
  expect((await workspace().prepare(orderOf({ commit: third }), never)).ok).toBe(true);
});

it('needs no network for a commit that it has', async () => {
  const first = commit('one');
  expect((await workspace().prepare(orderOf({ commit: first }), never)).ok).toBe(true);
  rmSync(upstream, { recursive: true });
  expect((await workspace().prepare(orderOf({ commit: first }), never)).ok).toBe(true);
});

it('mends a damaged mirror', async () => {
  commit('one');
  const service = workspace();
  await service.prepare(orderOf({ commit: git('rev-parse', 'HEAD') }), never);
  const [mirror = ''] = readdirSync(state.mirrors);
  const second = commit('two');
  writeFileSync(path.join(state.mirrors, mirror, 'config'), '[core');
  expect(await service.prepare(orderOf({ commit: second }), never)).toMatchObject({ ok: true });
});

it('says whose fault it is', async () => {
  const first = commit('one');
  const failureOf = async (facts: Partial<BuildOrder['repository']>, allowLocal = true) => {
    const prepared = await workspace(allowLocal).prepare(orderOf(facts), never);
    return prepared.ok ? 'none' : `${prepared.error.class} ${prepared.error.code}`;
  };
  expect(await failureOf({ commit: 'f'.repeat(40) })).toMatch(/^infrastructure git\./);
  expect(await failureOf({ commit: first, recipePath: 'no/stone.yaml' })).toMatch(/git\.unknown/);
  expect(await failureOf({ commit: first, url: path.join(root, 'nowhere') })).toMatch(/^infra/);
  expect(await failureOf({ commit: first }, false)).toBe('recipe git.bad-url');
});

it('refuses hostile names without touching anything', async () => {
  const hostile = fc.constantFrom<Partial<BuildOrder['repository']>>(
    { url: 'ext::sh -c touch% /tmp/x' },
    { url: '--upload-pack=touch x' },
    { url: 'https://user:secret@host/x' },
    { url: 'https://host/a\nb' },
    { branch: '--output=x' },
    { branch: 'a..b' },
    { branch: 'a\u0000b' },
    { recipePath: '../../etc/passwd' },
    { recipePath: '/etc/passwd' },
    { recipePath: '.git/config' },
    { recipePath: '-x/stone.yaml' },
    { recipePath: 'a//b' },
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (facts) => {
      const prepared = await workspace().prepare(orderOf(facts), never);
      expect(prepared).toMatchObject({ ok: false, error: { class: 'recipe', step: 'checkout' } });
      expect(existsSync(state.root)).toBe(false);
    }),
    { numRuns: 50 },
  );
});
