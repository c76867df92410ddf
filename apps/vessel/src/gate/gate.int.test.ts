import { AppError } from '@cairn/contracts';
import type { StonePackage } from '@cairn/stone';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openRepository,
  smallPackage,
  type RepositoryWorld,
} from '../control/repository-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
let world: RepositoryWorld;

beforeAll(async () => {
  const { postgres } = servers;
  world = await openRepository({ postgres, dir: folder.dir, clock: new ManualClock() });
  for (const channel of ['main', 'overlay']) {
    await world.channels.ensure({ channel, architectures: ['x86_64'] });
  }
});
afterAll(async () => {
  await world.close();
  folder.remove();
});

const soname = (name: string) => ({ kind: 'soname' as const, name: `${name}(x86_64)` });
const library = (release: number, version: number): Partial<StonePackage> & { name: string } => ({
  name: 'libfoo',
  sourceRelease: release,
  provides: [soname(`libfoo.so.${version}`)],
});
const program = { name: 'foo', depends: [soname('libfoo.so.1')] };

it('holds back what breaks a package, says so in a dry run, and lets it pass with its rebuild', async () => {
  await world.publish('main', [smallPackage(library(1, 1))]);
  await world.publish('main', [smallPackage(program)]);
  const policy = { gate: { dependencies: 'block', 'lower-release': 'warn' } } as const;
  await world.change({ kind: 'configure', channel: 'main', policy });
  expect(await world.publish('main', [smallPackage(library(2, 2))])).toEqual({
    code: 'gate.blocked',
  });
  const remove = {
    ...{ kind: 'remove' as const, channel: 'main', stream: 'volatile' },
    packages: [{ name: 'libfoo' }],
  };
  const dry = await world.change(remove, true);
  expect(dry.findings).toMatchObject([{ rule: 'dependencies', level: 'block', package: 'foo' }]);
  await expect(world.change(remove)).rejects.toThrow(AppError);

  const changeSetId = crypto.randomUUID();
  await world.stage('main', changeSetId, [smallPackage(library(3, 2))]);
  await world.stage('main', changeSetId, [
    smallPackage({ ...program, sourceRelease: 2, depends: [soname('libfoo.so.2')] }),
  ]);
  await world.publications.request({ changeSetId, channel: 'main', stream: 'volatile' });
  await world.publications.runAll(new AbortController().signal);
  const row = await world.db.client.publication.findFirstOrThrow({ where: { changeSetId } });
  expect(row).toMatchObject({ state: 'published' });
  const back = await world.change({ kind: 'roll-back', channel: 'main', stream: 'volatile' });
  expect(back).toMatchObject({ isApplied: true, findings: [{ level: 'warn' }, { level: 'warn' }] });
});

it('counts on remotes, and finds file conflicts and set-id files in the rows of real layouts', async () => {
  const gate = { dependencies: 'block', 'file-conflicts': 'block', privileges: 'block' } as const;
  await world.change({ kind: 'configure', channel: 'overlay', policy: { gate } });
  const extra = { name: 'extra', depends: [soname('libfoo.so.1')] };
  const file = { path: 'bin/extra', mode: 0o100755 };
  expect(await world.publish('overlay', [smallPackage(extra, '', [file])])).toEqual({
    code: 'gate.blocked',
  });
  const remotes = [{ channel: 'main', version: 'stream/volatile' }];
  await world.change({ kind: 'configure', channel: 'overlay', policy: { remotes } });
  const next = smallPackage({ ...extra, sourceRelease: 2 }, '', [file]);
  expect(await world.publish('overlay', [next])).toHaveProperty('history');
  const rival = smallPackage({ name: 'rival' }, '', [file]);
  expect(await world.publish('overlay', [rival])).toEqual({ code: 'gate.blocked' });
  const suid = smallPackage({ name: 'su' }, '', [{ path: 'bin/su', mode: 0o104755 }]);
  expect(await world.publish('overlay', [suid])).toEqual({ code: 'gate.blocked' });
  await world.change({
    kind: 'configure',
    channel: 'overlay',
    policy: { gate: { privileges: 'warn' } },
  });
  const later = smallPackage({ name: 'su', sourceRelease: 2 }, '', [
    { path: 'bin/su', mode: 0o104755 },
  ]);
  expect(await world.publish('overlay', [later])).toHaveProperty('history');
});
