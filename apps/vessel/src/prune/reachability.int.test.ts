// Random interleavings of everything that moves streams, with time, pruning and crashes between, against a model that
// knows only what each version must hold: what is reachable is never deleted, and what is not is deleted in time.
import { DAY_MS, type Instant } from '@cairn/std';
import { decodeIndex, poolPath } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CHANNELS, keyOf, textsOf, type Content } from './channel-model.conformance.js';
import { ChannelRun } from './channel-run.conformance.js';
import { stepArbitrary } from './channel-steps.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
afterAll(() => folder.remove());

const IS_FULL = process.env['CAIRN_FULL'] === '1';
const RUNS = IS_FULL ? 150 : 2;
const STEPS = IS_FULL ? 60 : 30;
const TIMEOUT_MS = IS_FULL ? 3_600_000 : 120_000;
/** Lines of change sets go first, then what they began with, each after its grace window. */
const UNTIL_TIDY_DAYS = [40, 3, 3];

interface Root {
  readonly streams: Record<string, { readonly history: string }>;
  readonly tags: Record<string, { readonly history: string }>;
  readonly history: Record<string, unknown>;
}

/** Everything that is needed is there, to the byte. */
async function expectComplete({ model, world, clock }: ChannelRun): Promise<void> {
  for (const name of CHANNELS) {
    const channel = model.channels[name];
    const dir = join(world.publicDir, name);
    const root = JSON.parse(readFileSync(join(dir, 'moss-root-index.json'), 'utf8')) as Root;
    expect(pointersOf(root.streams)).toEqual(channel.streams);
    expect(pointersOf(root.tags)).toEqual(channel.tags);
    const listed = new Set(Object.keys(root.history).map(Number));
    for (const history of channel.needed(clock.now()).keys()) expect(listed).toContain(history);
    for (const history of [...channel.streams.values(), ...channel.tags.values()]) {
      expect(existsSync(join(dir, `history/${history}/x86_64/stone.index`))).toBe(true);
    }
    for (const history of listed) {
      // Indexes of old versions are made when somebody asks.
      await world.shelf.make({ channel: name, history, architecture: 'x86_64' });
      await expectThere(dir, history, channel.versions.get(history)?.content ?? new Map());
    }
    for (const { history, content } of channel.neededLines(clock.now())) {
      await expectThere(dir, history, content);
    }
  }
}

async function expectThere(dir: string, history: number, content: Content): Promise<void> {
  const bytes = readFileSync(join(dir, `history/${history}/x86_64/stone.index`));
  const index = decodeIndex(bytes, await loadCodec(), { mode: 'strict' });
  if (!index.ok) throw new Error(index.error.code);
  const listed = index.value.map(({ name, sourceRelease }) => `${name} ${sourceRelease}`);
  expect(listed).toEqual(textsOf(content));
  for (const item of content.values()) {
    const found = readFileSync(join(dir, poolPath(item.description)));
    if (!found.equals(item.bytes)) throw new Error(`${keyOf(item)} has other bytes.`);
  }
}

/** Long afterwards nothing is left that nobody needs. */
async function expectTidy(run: ChannelRun): Promise<void> {
  const { world, clock, model } = run;
  for (const days of UNTIL_TIDY_DAYS) {
    clock.advance(days * DAY_MS);
    await world.hearAll();
    await world.pruning.prune({ isDryRun: false });
  }
  await expectComplete(run);
  const bytes = new Set<string>();
  for (const name of CHANNELS) {
    const dir = join(world.publicDir, name);
    const needed = model.channels[name].needed(clock.now());
    const histories = readdirSync(join(dir, 'history')).map(Number);
    expect(histories.sort()).toEqual([...needed.keys()].sort());
    const held = [...needed.values()].flatMap(({ content }) => [...content.values()]);
    for (const item of held) bytes.add(Buffer.from(item.bytes).toString('hex'));
    const paths = new Set(held.map(({ description }) => poolPath(description)));
    const found = filesBelow(join(dir, 'pool')).map((file) => `pool/${file}`);
    expect(found.sort()).toEqual([...paths].sort());
  }
  expect(filesBelow(world.poolDir)).toHaveLength(bytes.size);
}

function pointersOf(pointers: Root['streams']): Map<string, number> {
  return new Map(Object.entries(pointers).map(([name, { history }]) => [name, Number(history)]));
}

function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
}

it(
  'deletes nothing that is reachable, and everything else in time',
  async () => {
    const scenario = fc.array(stepArbitrary, { minLength: STEPS / 2, maxLength: STEPS });
    await fc.assert(
      fc.asyncProperty(scenario, async (steps) => {
        const clock = new ManualClock(Date.now() as Instant);
        const run = await ChannelRun.begin({ postgres: servers.postgres, dir: folder.dir }, clock);
        try {
          for (const step of steps) {
            await run.step(step);
            await expectComplete(run);
          }
          await expectTidy(run);
        } finally {
          await run.world.close();
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  TIMEOUT_MS,
);
