// Random interleavings of everything that moves streams, with time, pruning and crashes between, against a model that
// knows only what each version must hold: what is reachable is never deleted, and what is not is deleted in time.
import { DAY_MS, HOUR_MS, type Instant } from '@cairn/std';
import { decodeIndex, poolPath } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  openRepository,
  smallPackage,
  type RepositoryWorld,
  type SmallPackage,
} from '../control/repository-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
afterAll(() => folder.remove());

const IS_FULL = process.env['CAIRN_FULL'] === '1';
const RUNS = IS_FULL ? 150 : 2;
const STEPS = IS_FULL ? 60 : 30;
const TIMEOUT_MS = IS_FULL ? 3_600_000 : 120_000;

const CHANNELS = ['main', 'side'] as const;
const SOURCES = ['alder', 'birch', 'cedar', 'damson'] as const;
const RETENTION_MS = 14 * DAY_MS;

type ChannelName = (typeof CHANNELS)[number];
type Content = ReadonlyMap<string, SmallPackage>;

const channel = fc.constantFrom(...CHANNELS);
const sources = fc.uniqueArray(fc.constantFrom(...SOURCES), { minLength: 1, maxLength: 3 });
const isCrash = fc.nat(5).map((n) => n === 0);
const stepArbitrary = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('publish' as const), channel, sources, isCrash }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stage' as const), channel, sources }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('tag' as const),
      channel,
      tag: fc.constantFrom('t1', 't2'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('promote' as const),
      from: channel,
      to: channel,
      isWhole: fc.boolean(),
      sources,
      isCrash,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('roll-back' as const),
      channel,
      nth: fc.nat(20),
      isCrash,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), channel, nth: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('lease' as const),
      channel,
      nth: fc.nat(20),
      days: fc.nat(30),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.nat(200) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('prune' as const), isCrash }) },
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

interface ModelVersion {
  readonly content: Content;
  readonly madeAt: number;
  leasedUntil: number;
}

/** What one channel must show. */
class ModelChannel {
  readonly versions = new Map<number, ModelVersion>();
  readonly streams = new Map<string, number>();
  readonly tags = new Map<string, number>();

  contentOf(stream: string): Content {
    return this.versions.get(this.streams.get(stream) ?? -1)?.content ?? new Map();
  }

  needed(now: number): Map<number, ModelVersion> {
    const named = new Set([...this.streams.values(), ...this.tags.values()]);
    return new Map(
      [...this.versions].filter(
        ([history, { madeAt, leasedUntil }]) =>
          named.has(history) || leasedUntil > now || now - madeAt < RETENTION_MS,
      ),
    );
  }
}

class Run {
  readonly model: Record<ChannelName, ModelChannel> = {
    main: new ModelChannel(),
    side: new ModelChannel(),
  };
  private release = 0;

  constructor(
    readonly world: RepositoryWorld,
    readonly clock: ManualClock,
  ) {}

  async begin(): Promise<void> {
    for (const name of CHANNELS) {
      const history = await this.world.channels.ensure({
        channel: name,
        architectures: ['x86_64'],
      });
      this.made(name, 'volatile', Number(history), new Map());
    }
  }

  async step(step: Step): Promise<void> {
    const { world, clock } = this;
    switch (step.kind) {
      case 'publish': {
        const built = this.build(step.sources);
        let published: { readonly history: number } | { readonly code: string } | undefined;
        const before = await this.newest(step.channel);
        await this.perhapsCrashing(step.isCrash, async () => {
          published = await world.publish(step.channel, built);
        });
        // A crash may have come after staging and before the wish to publish; then nothing is published.
        const history = await this.newest(step.channel);
        if (published !== undefined) expect(published).toEqual({ history });
        if (history === before) return;
        const content = new Map(this.model[step.channel].contentOf('volatile'));
        for (const item of built) content.set(item.description.name, item);
        this.made(step.channel, 'volatile', history, content);
        return;
      }
      case 'stage':
        for (const item of this.build(step.sources)) {
          await world.stage(step.channel, crypto.randomUUID(), [item]);
        }
        return;
      case 'tag': {
        const { tags, streams } = this.model[step.channel];
        const { channel: name, tag } = step;
        if (tags.has(tag)) {
          await world.change({ kind: 'untag', channel: name, tag });
          tags.delete(tag);
        } else {
          await world.change({ kind: 'tag', channel: name, tag, version: 'stream/volatile' });
          tags.set(tag, streams.get('volatile') ?? -1);
        }
        return;
      }
      case 'promote':
        return this.promote(step);
      case 'roll-back': {
        const history = await this.pick(step.channel, step.nth);
        await this.perhapsCrashing(step.isCrash, () =>
          world.change({
            ...{ kind: 'roll-back', channel: step.channel, stream: 'volatile' },
            to: `history/${history}`,
          }),
        );
        this.model[step.channel].streams.set('volatile', history);
        return;
      }
      case 'remove': {
        const content = new Map(this.model[step.channel].contentOf('volatile'));
        const name = [...content.keys()][step.nth];
        if (name === undefined) return;
        const packages = [{ name }];
        const plan = await world.change({
          ...{ kind: 'remove', channel: step.channel, stream: 'volatile', packages },
        });
        content.delete(name);
        this.made(step.channel, 'volatile', Number(plan.streams[0]?.to), content);
        return;
      }
      case 'lease': {
        const history = await this.pick(step.channel, step.nth);
        const hours = step.days * 24;
        const version = `history/${history}`;
        await world.change({ kind: 'lease', channel: step.channel, version, holder: 'me', hours });
        const leased = this.model[step.channel].versions.get(history);
        if (leased !== undefined) leased.leasedUntil = clock.now() + hours * HOUR_MS;
        return;
      }
      case 'wait':
        clock.advance(step.hours * HOUR_MS);
        return;
      case 'prune':
        await world.hearAll();
        await this.perhapsCrashing(step.isCrash, () => world.pruning.prune({ isDryRun: false }));
    }
  }

  private async promote(step: Extract<Step, { readonly kind: 'promote' }>): Promise<void> {
    const { from, to, isWhole } = step;
    const isWithin = from === to;
    const stream = isWithin ? 'stable' : 'volatile';
    const given = this.model[from].contentOf('volatile');
    const chosen = step.sources.filter((name) => given.has(name));
    if (!isWhole && chosen.length === 0) return;
    const before = await this.newest(to);
    await this.perhapsCrashing(step.isCrash, () =>
      this.world.change({
        kind: 'promote',
        from: { channel: from, version: 'stream/volatile' },
        to: [{ channel: to, stream }],
        ...(isWhole ? {} : { sources: chosen }),
      }),
    );
    const target = this.model[to];
    if (isWhole && isWithin) {
      target.streams.set(stream, target.streams.get('volatile') ?? -1);
      return;
    }
    const content = new Map(isWhole ? given : target.contentOf(stream));
    if (!isWhole) for (const name of chosen) content.set(name, given.get(name)!);
    const history = await this.newest(to);
    if (history !== before) this.made(to, stream, history, content);
  }

  /** The folder of clients becomes a file for a while: whatever is written there fails as on a dead disk, and is completed later. */
  private async perhapsCrashing(isCrash: boolean, work: () => Promise<unknown>): Promise<void> {
    if (!isCrash) {
      await work();
      return;
    }
    const { publicDir } = this.world;
    renameSync(publicDir, `${publicDir}.away`);
    writeFileSync(publicDir, '');
    await work().catch(() => undefined);
    rmSync(publicDir);
    renameSync(`${publicDir}.away`, publicDir);
    await this.world.files.completeAll();
  }

  private build(names: readonly string[]): SmallPackage[] {
    this.release += 1;
    return names.map((name) => smallPackage({ name, sourceRelease: this.release }));
  }

  private made(name: ChannelName, stream: string, history: number, content: Content): void {
    const { versions, streams } = this.model[name];
    versions.set(history, { content, madeAt: this.clock.now(), leasedUntil: 0 });
    streams.set(stream, history);
  }

  private async newest(name: ChannelName): Promise<number> {
    const row = await this.world.db.client.version.findFirst({
      where: { kind: 'published', channel: { name } },
      orderBy: { history: 'desc' },
    });
    return Number(row?.history);
  }

  /** One of the versions that are offered. */
  private async pick(name: ChannelName, nth: number): Promise<number> {
    const rows = await this.world.db.client.version.findMany({
      where: { kind: 'published', retiredAt: null, channel: { name } },
      orderBy: { history: 'asc' },
    });
    return Number(rows[nth % rows.length]?.history);
  }

  /** Everything that is needed is there, to the byte. */
  async expectComplete(): Promise<void> {
    const codec = await loadCodec();
    for (const name of CHANNELS) {
      const model = this.model[name];
      const dir = join(this.world.publicDir, name);
      const root = JSON.parse(readFileSync(join(dir, 'moss-root-index.json'), 'utf8')) as Root;
      expect(pointersOf(root.streams)).toEqual(model.streams);
      expect(pointersOf(root.tags)).toEqual(model.tags);
      const listed = new Set(Object.keys(root.history).map(Number));
      const needed = model.needed(this.clock.now());
      for (const history of needed.keys()) expect(listed).toContain(history);
      for (const history of listed) {
        const content = model.versions.get(history)?.content ?? new Map<string, SmallPackage>();
        const bytes = readFileSync(join(dir, `history/${history}/x86_64/stone.index`));
        const index = decodeIndex(bytes, codec, { mode: 'strict' });
        if (!index.ok) throw new Error(index.error.code);
        expect(index.value.map((entry) => [entry.name, entry.sourceRelease])).toEqual(
          [...content.values()]
            .map(({ description }) => [description.name, description.sourceRelease])
            .sort(),
        );
        for (const { description, bytes: wanted } of content.values()) {
          expect(readFileSync(join(dir, poolPath(description))).equals(wanted)).toBe(true);
        }
      }
    }
  }

  /** Long afterwards nothing is left that nobody needs. */
  async expectTidy(): Promise<void> {
    const { world, clock } = this;
    // Lines of change sets go first, then what they began with, each after its grace window.
    for (const days of [40, 3, 3]) {
      clock.advance(days * DAY_MS);
      await world.hearAll();
      await world.pruning.prune({ isDryRun: false });
    }
    await this.expectComplete();
    const bytes = new Set<string>();
    for (const name of CHANNELS) {
      const dir = join(world.publicDir, name);
      const needed = this.model[name].needed(clock.now());
      const histories = readdirSync(join(dir, 'history')).map(Number);
      expect(histories.sort()).toEqual([...needed.keys()].sort());
      const held = [...needed.values()].flatMap(({ content }) => [...content.values()]);
      for (const item of held) bytes.add(Buffer.from(item.bytes).toString('hex'));
      const paths = held.map(({ description }) => poolPath(description));
      expect(
        filesBelow(join(dir, 'pool'))
          .map((file) => `pool/${file}`)
          .sort(),
      ).toEqual([...new Set(paths)].sort());
    }
    expect(filesBelow(world.poolDir)).toHaveLength(bytes.size);
  }
}

interface Root {
  readonly streams: Record<string, { readonly history: string }>;
  readonly tags: Record<string, { readonly history: string }>;
  readonly history: Record<string, unknown>;
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
        const world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
        try {
          const run = new Run(world, clock);
          await run.begin();
          for (const step of steps) {
            await run.step(step);
            await run.expectComplete();
          }
          await run.expectTidy();
        } finally {
          await world.close();
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  TIMEOUT_MS,
);
