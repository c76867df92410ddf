import {
  type BuiltPackage,
  type PlanView,
  type RebuildView,
  type SessionTokens,
  type TaskDetail,
} from '@cairn/contracts';
import { makeTestFolder } from '@cairn/testing';
import { Stack } from '@cairn/testing/stack';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CAIRN = path.join(ROOT, 'apps/cli/bin/cairn.mjs');
const START_TIMEOUT_MS = 180_000;

const RECIPE = `name: pebble
version: '1.0'
release: 1
homepage: https://example.invalid
license: MIT
summary: A pebble
description: A pebble for the top of the cairn.
install: |
  echo "laying the pebble"
  install -D -m 0644 /dev/null "%(installroot)%(datadir)/pebble/pebble"
`;

const folder = makeTestFolder();
let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({ dir: path.join(folder.dir, 'stack'), durable: false });
}, START_TIMEOUT_MS);

afterAll(async () => {
  await stack.stop();
  folder.remove();
}, START_TIMEOUT_MS);

interface Outcome {
  readonly exitCode: number | null;
  readonly text: string;
  readonly complaint: string;
}

async function cairn(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [CAIRN, ...args], {
    env: { PATH: process.env['PATH'], HOME: folder.dir, CAIRN_SERVER: stack.summitUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, text, complaint };
}

/** Runs a command that must succeed, and reads its JSON. */
async function json<T>(...args: string[]): Promise<T> {
  const { exitCode, text, complaint } = await cairn(...args, '--json');
  expect({ exitCode, complaint }).toEqual({ exitCode: 0, complaint: '' });
  return JSON.parse(text) as T;
}

function recipeRepository(): string {
  const dir = path.join(folder.dir, 'recipes');
  mkdirSync(path.join(dir, 'p/pebble'), { recursive: true });
  writeFileSync(path.join(dir, 'p/pebble/stone.yaml'), RECIPE);
  const git = (...args: string[]) => execFileSync('git', ['-C', dir, ...args], { stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.invalid', 'commit', '-m', 'Add pebble');
  return dir;
}

it('goes from login to a published package on a real summit', async () => {
  const login = await cairn('login', '--code', await stack.loginCode('ada', 'admin'));
  expect(login).toMatchObject({ exitCode: 0, complaint: '' });
  await stack.startBuilder('alder');
  const document = path.join(folder.dir, 'project.yaml');
  writeFileSync(
    document,
    JSON.stringify({
      project: 'main',
      profiles: [{ name: 'main-x86-64', architecture: 'x86_64', channel: 'main' }],
      repositories: [{ name: 'recipes', url: recipeRepository(), refreshSeconds: 5 }],
    }),
  );
  expect((await cairn('project', 'plan', document)).text).toContain('+ ');
  expect(await cairn('project', 'apply', document, '--yes')).toMatchObject({ exitCode: 0 });
  expect((await cairn('project', 'list')).text).toContain('main-x86-64');
  await json('repo', 'refresh', 'main/recipes');
  await expect
    .poll(async () => (await json<{ tasks: unknown[] }>('task', 'list')).tasks.length, {
      timeout: 60_000,
      interval: 500,
    })
    .toBe(1);
  const { tasks } = await json<{ tasks: { id: number }[] }>('task', 'list', '--source', 'pebble');
  const id = String(tasks[0]?.id);
  const followed = await cairn('task', 'log', id, '-f');
  expect(followed, followed.complaint).toMatchObject({ exitCode: 0 });
  expect(followed.text).toContain('laying the pebble');
  await expect
    .poll(async () => (await json<TaskDetail>('task', 'show', id)).state, { timeout: 60_000 })
    .toBe('completed');
  expect((await cairn('task', 'log', id)).text).toBe(followed.text);
  expect((await cairn('why', id)).text).toContain(`#${id} pebble 1.0-1 is completed`);
  expect((await cairn('package', 'list', 'main')).text).toMatch(/^pebble +1\.0-1-\d+ +x86_64/m);
  expect((await cairn('channel', 'list')).text).toContain(stack.vesselUrl);
  const shown = await json<BuiltPackage>('package', 'show', 'main', 'pebble');
  expect(shown).toMatchObject({
    licenses: ['MIT'],
    streams: ['volatile'],
    builds: [{ attempt: { taskId: Number(id), number: 1, builder: 'alder' } }],
  });
  expect((await cairn('package', 'show', 'main', 'pebble')).text).toContain(
    `task #${id}, attempt 1 on alder`,
  );
  expect((await cairn('package', 'files', 'main', 'pebble')).text).toContain(
    '/usr/share/pebble/pebble',
  );
  expect((await cairn('package', 'dependants', 'main', 'pebble')).text).toContain('0 packages');
  expect(
    (await cairn('package', 'list', 'main', '--search', '/usr/share/pebble', '--by', 'file')).text,
  ).toMatch(/FOUND BY\npebble .* share\/pebble\/pebble/);
  expect((await cairn('channel', 'versions', 'main')).text).toMatch(
    new RegExp(`volatile +#${id} pebble, volatile: publish`),
  );
  expect(await cairn('package', 'show', 'main', 'ghost')).toMatchObject({ exitCode: 1 });
  const removal = ['channel', 'remove', 'main/volatile', 'pebble'];
  expect(await json(...removal, '--dry-run')).toMatchObject({ isApplied: false });
  await json('channel', 'tag', 'main', 'first', 'stream/volatile', '--reason', 'a name');
  const promote = ['channel', 'promote', 'main', 'tag/first', '--to', 'main/stable'];
  expect((await cairn(...promote)).text).toContain('Done.');
  expect((await cairn(...removal)).text).toContain('- pebble (x86_64) 1.0-1-');
  expect((await cairn('package', 'list', 'main')).text).toContain('No packages.');
  expect((await cairn('channel', 'diff', 'main', 'tag/first', 'stream/volatile')).text).toContain(
    '0 added, 0 changed, 1 removed',
  );
  expect((await cairn('channel', 'rollback', 'main/volatile')).text).toContain('+ pebble');
  expect((await cairn('package', 'who', 'main', 'name(pebble)')).text).toContain('provided by');
  expect(await cairn('channel', 'untag', 'main', 'none')).toMatchObject({ exitCode: 1 });
  expect(await json('channel', 'prune', '--dry-run')).toMatchObject({ isApplied: false });
  expect((await cairn('audit')).text).toContain('channel.roll-back');
  expect((await cairn('builder', 'list')).text).toMatch(/^alder +idle/m);
  expect((await cairn('repo', 'list')).text).toMatch(/^main\/recipes +main/m);
  expect((await cairn('audit')).text).toContain('ada');
}, 240_000);

it('says what a rebuild would do, starts it and shows how far it is', async () => {
  const plan = await json<PlanView>('plan', '--changed', 'pebble');
  expect(plan.steps.map((step) => step.id)).toEqual(['pebble@0']);
  expect((await cairn('plan')).text).toContain('1 source to build in 1 step');
  const unknown = await cairn('plan', '--changed', 'ghost');
  expect(unknown).toMatchObject({ exitCode: 1 });
  expect(unknown.complaint).toContain('(plan.unknown-source)');
  expect(await cairn('plan', '--profile', 'nowhere')).toMatchObject({ exitCode: 2 });
  const { id } = await json<RebuildView>('rebuild', 'start');
  await expect
    .poll(async () => (await cairn('rebuild', 'show', id)).text, { timeout: 60_000 })
    .toContain('published as');
  expect((await cairn('rebuild', 'list')).text).toContain('1 of 1 built');
  const late = await cairn('rebuild', 'cancel', id);
  expect(late.complaint).toContain('(rebuild.illegal-state)');
  expect((await cairn('package', 'list', 'main')).text).toMatch(/^pebble +1\.0-1-2 +x86_64/m);
}, 120_000);

it('renews an expired session once for all commands', async () => {
  const file = path.join(folder.dir, '.config/cairn/session.json');
  const stored = JSON.parse(readFileSync(file, 'utf8')) as {
    sessions: Record<string, Pick<SessionTokens, 'refreshToken'> & { accessExpiresAtMs: number }>;
  };
  const session = stored.sessions[stack.summitUrl];
  expect(session).toBeDefined();
  if (session === undefined) return;
  session.accessExpiresAtMs = 0;
  writeFileSync(file, JSON.stringify(stored));
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => cairn('audit', '--limit', '1')));
  expect(outcomes.map(({ complaint }) => complaint)).toEqual(['', '', '', '']);
  expect(readFileSync(file, 'utf8')).not.toContain(session.refreshToken);
});

it('tells what summit refuses, by exit code', async () => {
  expect(await cairn('task', 'retry', '1')).toMatchObject({ exitCode: 1 });
  expect(await cairn('task', 'show', '4711')).toMatchObject({ exitCode: 1 });
  expect((await cairn('repo', 'refresh', 'main/nothing')).complaint).toContain(
    '(repository.not-found)',
  );
  expect((await cairn('pause')).text).toContain('No further builds');
  expect((await cairn('resume')).text).toContain('given out');
  const { code } = await json<{ code: string }>('account', 'code', 'grace', '--role', 'packager');
  expect(await cairn('login', '--code', code)).toMatchObject({ exitCode: 0 });
  expect(await cairn('login', '--code', code)).toMatchObject({ exitCode: 3 });
  expect(await cairn('pause')).toMatchObject({ exitCode: 3 });
  expect(await cairn('logout')).toMatchObject({ exitCode: 0 });
  expect(await cairn('whoami')).toMatchObject({ exitCode: 3 });
});
