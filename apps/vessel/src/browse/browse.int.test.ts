import { AppError } from '@cairn/contracts';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { afterAll, expect, it } from 'vitest';
import { openRepository, smallPackage } from '../control/repository-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
afterAll(() => folder.remove());

it('compares versions, and finds who provides and who needs a capability', async () => {
  const { postgres } = servers;
  const world = await openRepository({ postgres, dir: folder.dir, clock: new ManualClock() });
  try {
    const channel = 'main';
    const empty = await world.channels.ensure({ channel, architectures: ['x86_64'] });
    const soname = { kind: 'soname' as const, name: 'libz.so.1(x86_64)' };
    await world.publish(channel, [smallPackage({ name: 'zlib', provides: [soname] })]);
    await world.publish(channel, [smallPackage({ name: 'user', depends: [soname] })]);
    const difference = { channel, from: `history/${empty}`, to: 'stream/volatile' };
    expect(await world.browse.difference(difference)).toMatchObject({
      added: 2,
      removed: 0,
      packages: [{ name: 'user', before: null, after: '1-1-1' }, { name: 'zlib' }],
    });
    const ask = (capability: string, version = 'stream/volatile') =>
      world.browse.capabilityUsers({ channel, capability, version });
    const found = await ask('soname(libz.so.1(x86_64))');
    expect(found.providers.map(({ name }) => name)).toEqual(['zlib']);
    expect(found.dependants.map(({ name }) => name)).toEqual(['user']);
    expect((await ask('name(user)')).providers).toHaveLength(1);
    expect((await ask("soname(' OR 1=1)")).providers).toEqual([]);
    expect((await ask('name(user)', `history/${empty}`)).providers).toEqual([]);
    await expect(ask('name(user)', 'tag/none')).rejects.toThrow(AppError);
  } finally {
    await world.close();
  }
});
