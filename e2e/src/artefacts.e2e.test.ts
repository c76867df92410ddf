import { type Collectable } from '@cairn/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { announce, RogueBuilder, type Offer } from './actions/rogue-builder.js';
import { World } from './actions/world.js';
import {
  download,
  histories,
  packagesIn,
  type FoundPackage,
} from './assertions/published-channel.js';
import { taskIn, taskWhere } from './assertions/task-state.js';

const nameOf = (source: string, buildRelease: number) =>
  `${source}-1.0-1-${buildRelease}-x86_64.stone`;

let world: World;
let rogue: RogueBuilder;
let real: FoundPackage;
let bytes: Uint8Array;
beforeAll(async () => {
  world = await World.start({ builders: ['one'] });
  await world.push({ name: 'genuine' });
  await taskIn(world.hub, 'genuine', 'completed');
  real = (await packagesIn(world)).get('genuine')!;
  bytes = await download(real);
  await world.app('one').stop();
  rogue = await RogueBuilder.enrol(world, 'rogue');
});
afterAll(async () => {
  await rogue.stop();
  await world.stop();
});
afterEach(() => world.cancelOpenTasks());

/** Orders a source from the rogue, which hands out what `offer` says. */
async function hand(
  source: string,
  offers: (buildRelease: number) => readonly Offer[],
): Promise<string> {
  const before = await histories(world);
  await world.push({ name: source });
  const order = await rogue.order(source);
  expect(await rogue.succeed(order, ...offers(order.buildRelease))).toEqual({ outcome: 'taken' });
  const task = await taskWhere(
    world.hub,
    source,
    ({ attempts }) => attempts.some(({ state }) => state === 'void'),
    { what: 'refused' },
  );
  const { failure } = task.attempts.find(({ id }) => id === order.attemptId)!;
  expect(failure).toMatchObject({ step: 'import' });
  expect(await histories(world)).toEqual(before);
  expect((await packagesIn(world)).get('genuine')).toEqual(real);
  return failure!.code;
}

describe('artefacts of a builder that lies', () => {
  it('are refused for a flipped byte', async () => {
    const flipped = Uint8Array.from(bytes);
    const middle = bytes.byteLength >> 1;
    flipped[middle] = flipped[middle]! ^ 1;
    const code = await hand('flipped', (release) => [
      { collectable: announce(nameOf('flipped', release), bytes), bytes: flipped },
    ]);
    expect(code).toBe('artefacts.hash-mismatch');
  });

  it.each([1, -1])('are refused for a size that is off by %i', async (difference) => {
    const source = difference > 0 ? 'longer' : 'shorter';
    const code = await hand(source, (release) => {
      const honest = announce(nameOf(source, release), bytes);
      return [{ collectable: { ...honest, sizeBytes: honest.sizeBytes + difference }, bytes }];
    });
    expect(code).toBe('artefacts.size-mismatch');
  });

  it('are refused for saying another source than was ordered', async () => {
    const code = await hand('mislabelled', (release) => [
      { collectable: announce(nameOf('mislabelled', release), bytes), bytes },
    ]);
    expect(code).toBe('artefacts.metadata-mismatch');
  });

  it('are refused when they are no package', async () => {
    const noise = new TextEncoder().encode('not a stone at all, however long it goes on');
    const code = await hand('noise', (release) => [
      { collectable: announce(nameOf('noise', release), noise), bytes: noise },
    ]);
    expect(code).toBe('stone.invalid');
  });

  it('are refused when there is only a manifest', async () => {
    const code = await hand('bare', () => [
      { collectable: { ...announce('manifest.x86_64.bin', bytes), kind: 'manifest-bin' }, bytes },
    ]);
    expect(code).toBe('artefacts.missing-package');
  });
});

it.each(['../../../../etc/cron.d/x', '/etc/x', 'a/b.stone', '..', '', 'a\0b', 'a\nb', '-rf'])(
  'refuses the file name %j at the door',
  async (name) => {
    const source = `path-${Buffer.from(name).toString('hex').slice(0, 12)}x`;
    const before = await histories(world);
    await world.push({ name: source });
    const order = await rogue.order(source);
    const collectable: Collectable = { ...announce('x', bytes), name };
    await expect(rogue.succeed(order, { collectable, bytes })).rejects.toMatchObject({
      code: 'contract.invalid-payload',
    });
    const task = await taskIn(world.hub, source, 'building');
    expect(task.attempts).toMatchObject([{ state: 'building', collectables: [] }]);
    expect(await histories(world)).toEqual(before);
  },
);
