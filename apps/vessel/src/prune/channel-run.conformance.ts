// Does the steps to a real repository and to the model, and crashes in between.
import { AppError, type ChannelAction } from '@cairn/contracts';
import { HOUR_MS } from '@cairn/std';
import type { ManualClock, PostgresAddress } from '@cairn/testing';
import { expect } from 'vitest';
import {
  smallPackage,
  type RepositoryWorld,
  type SmallPackage,
} from '../control/repository-world.conformance.js';
import { CrashingRepository } from './crashing-repository.conformance.js';
import {
  CHANNELS,
  keyOf,
  Model,
  releaseOf,
  textsOf,
  type ChannelName,
  type Content,
} from './channel-model.conformance.js';
import type { Crash, Step, StepOf } from './channel-steps.conformance.js';

/** Where a channel's streams point, and its newest version. */
interface Pointers {
  readonly newest: number;
  readonly streams: ReadonlyMap<string, number>;
}

interface Move {
  readonly channel: ChannelName;
  readonly stream: string;
  readonly after: Content;
  /** The version that the stream shall share; without it a new one is made. */
  readonly existing?: number;
  readonly crash: Crash;
  readonly work: () => Promise<unknown>;
}

export class ChannelRun {
  readonly model = new Model();
  private release = 0;

  private constructor(
    private readonly repository: CrashingRepository,
    readonly clock: ManualClock,
  ) {}

  static async begin(
    where: { readonly postgres: PostgresAddress; readonly dir: string },
    clock: ManualClock,
  ): Promise<ChannelRun> {
    const run = new ChannelRun(await CrashingRepository.open({ ...where, clock }), clock);
    for (const channel of CHANNELS) {
      const wish = { channel, architectures: ['x86_64'] };
      run.made(channel, 'volatile', Number(await run.world.channels.ensure(wish)), new Map());
    }
    return run;
  }

  get world(): RepositoryWorld {
    return this.repository.world;
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'publish':
        return this.publish(step);
      case 'stage':
        return this.stage(step);
      case 'tag':
        return this.tag(step);
      case 'promote':
        return this.promote(step);
      case 'roll-back':
        return this.rollBack(step);
      case 'remove':
        return this.remove(step);
      case 'yank':
        return this.yank(step);
      case 'pin':
        return this.pin(step);
      case 'lease':
        return this.lease(step);
      case 'wait':
        this.clock.advance(step.hours * HOUR_MS);
        return;
      case 'prune':
        await this.world.hearAll();
        await this.repository.crashing(step.crash, () =>
          this.world.pruning.prune({ isDryRun: false }),
        );
    }
  }

  private async publish({ channel, sources, crash }: StepOf<'publish'>): Promise<void> {
    const built = this.build(sources);
    const after = new Map(this.model.channels[channel].contentOf('volatile'));
    for (const item of built) after.set(item.description.name, item);
    const work = async () => {
      const published = await this.world.publish(channel, built);
      if ('code' in published) throw new AppError(published.code as 'package.pinned', '');
    };
    await this.move({ channel, stream: 'volatile', after, crash, work });
  }

  private async stage({ channel, source }: StepOf<'stage'>): Promise<void> {
    const [item] = this.build([source]);
    if (item === undefined) return;
    await this.world.stage(channel, crypto.randomUUID(), [item]);
    const held = this.model.channels[channel];
    const content = new Map(held.contentOf('volatile'));
    content.set(source, item);
    const row = await this.world.db.client.version.findFirstOrThrow({
      where: { kind: 'staging', channel: { name: channel } },
      orderBy: { history: 'desc' },
    });
    held.lines.push({ history: Number(row.history), content, madeAt: this.clock.now() });
  }

  private async tag({ channel, tag }: StepOf<'tag'>): Promise<void> {
    const { tags, streams } = this.model.channels[channel];
    if (tags.delete(tag)) {
      await this.world.change({ kind: 'untag', channel, tag });
      return;
    }
    await this.world.change({ kind: 'tag', channel, tag, version: 'stream/volatile' });
    tags.set(tag, streams.get('volatile') ?? -1);
  }

  private async promote(step: StepOf<'promote'>): Promise<void> {
    const { from, to, isWhole, crash } = step;
    const isWithin = from === to;
    const stream = isWithin ? 'stable' : 'volatile';
    const source = this.model.channels[from];
    const given = source.contentOf('volatile');
    const sources = step.sources.filter((name) => given.has(name));
    if (!isWhole && sources.length === 0) return;
    const after = new Map(isWhole ? given : this.model.channels[to].contentOf(stream));
    for (const name of sources) after.set(name, given.get(name)!);
    const action = {
      ...{ kind: 'promote' as const, from: { channel: from, version: 'stream/volatile' } },
      ...{ to: [{ channel: to, stream }], ...(isWhole ? {} : { sources }) },
    };
    const shared = isWhole && isWithin ? { existing: source.streams.get('volatile') ?? -1 } : {};
    await this.change(action, { channel: to, stream, after, crash, ...shared });
  }

  private async rollBack({ channel, nth, crash }: StepOf<'roll-back'>): Promise<void> {
    const existing = await this.pick(channel, nth);
    const after = this.model.channels[channel].versions.get(existing)?.content ?? new Map();
    const stream = 'volatile';
    const action = { kind: 'roll-back' as const, channel, stream, to: `history/${existing}` };
    await this.change(action, { channel, stream, after, existing, crash });
  }

  private async remove({ channel, source, crash }: StepOf<'remove'>): Promise<void> {
    const stream = 'volatile';
    const after = new Map(this.model.channels[channel].contentOf(stream));
    if (!after.delete(source)) return;
    const action = { kind: 'remove' as const, channel, stream, packages: [{ name: source }] };
    await this.change(action, { channel, stream, after, crash });
  }

  /** Takes one package from every stream of every channel, in one go or not at all. */
  private async yank({ channel, source, crash }: StepOf<'yank'>): Promise<void> {
    const { model } = this;
    const bad = model.channels[channel].contentOf('volatile').get(source);
    if (bad === undefined) return;
    const holding = CHANNELS.flatMap((name) =>
      [...model.channels[name].streams.keys()]
        .filter((stream) => model.channels[name].contentOf(stream).get(source) === bad)
        .map((stream) => ({ name, stream })),
    );
    const isPinned = holding.some(
      ({ name, stream }) => stream === 'volatile' && model.channels[name].pins.has(source),
    );
    const packages = [{ name: source }];
    const before = await this.pointersOfAll();
    const code = await this.repository.crashing(crash, () =>
      this.world.change({ kind: 'yank', channel, stream: 'volatile', packages }),
    );
    const now = await this.pointersOfAll();
    if (isPinned && crash.kind === 'none') expect(code).toBe('package.pinned');
    if (isPinned || crash.kind === 'kill') {
      const isUnchanged = CHANNELS.every((name) => isSame(before[name], now[name]));
      expect(isUnchanged || !isPinned).toBe(true);
      if (isUnchanged) return;
    }
    model.yanked.add(keyOf(bad));
    for (const { name, stream } of holding) {
      const history = now[name].streams.get(stream) ?? -1;
      const after = new Map(model.channels[name].contentOf(stream));
      after.delete(source);
      const successor = await this.successorOf(bad, { name, history });
      if (successor !== undefined) after.set(source, successor);
      this.made(name, stream, history, after);
    }
  }

  /** What took a withdrawn package's place: of what is certainly there the highest release, or something higher still. */
  private async successorOf(
    bad: SmallPackage,
    at: { readonly name: ChannelName; readonly history: number },
  ): Promise<SmallPackage | undefined> {
    const channel = this.model.channels[at.name];
    const allowed = channel
      .publishedBefore(bad)
      .filter((item) => !this.model.yanked.has(keyOf(item)));
    const row = await this.world.db.client.versionChange.findFirst({
      where: {
        ...{
          name: bad.description.name,
          version: { history: at.history, channel: { name: at.name } },
        },
      },
      include: { stonePackage: true },
    });
    const release = Number(row?.stonePackage?.sourceRelease ?? -1);
    const successor = allowed.find((item) => releaseOf(item) === release);
    const needed = [...channel.needed(this.clock.now()).values()];
    const certain = allowed.filter((item) =>
      needed.some(({ content }) => content.get(bad.description.name) === item),
    );
    expect(release).toBeGreaterThanOrEqual(Math.max(-1, ...certain.map(releaseOf)));
    expect(successor === undefined).toBe(release === -1);
    return successor;
  }

  private async pin({ channel, source }: StepOf<'pin'>): Promise<void> {
    const held = this.model.channels[channel];
    if (!held.contentOf('volatile').has(source)) return;
    const kind = held.pins.delete(source) ? ('unpin' as const) : ('pin' as const);
    if (kind === 'pin') held.pins.add(source);
    await this.world.change({ kind, channel, stream: 'volatile', packages: [{ name: source }] });
  }

  private async lease({ channel, nth, days }: StepOf<'lease'>): Promise<void> {
    const history = await this.pick(channel, nth);
    const hours = days * 24;
    const version = `history/${history}`;
    await this.world.change({ kind: 'lease', channel, version, holder: 'me', hours });
    const leased = this.model.channels[channel].versions.get(history);
    if (leased !== undefined) leased.leasedUntil = this.clock.now() + hours * HOUR_MS;
  }

  private change(action: ChannelAction, move: Omit<Move, 'work'>): Promise<void> {
    return this.move({ ...move, work: () => this.world.change(action) });
  }

  /** A stream comes to hold something, or is refused; when the work was cut off, one of the two. */
  private async move(move: Move): Promise<void> {
    const { channel, stream, after, existing, crash } = move;
    const refusal = this.model.refusalOf(channel, stream, after);
    const before = await this.pointersOf(channel);
    const code = await this.repository.crashing(crash, move.work);
    const now = await this.pointersOf(channel);
    if (crash.kind === 'none') expect(code).toBe(refusal);
    if (isSame(before, now)) {
      const held = this.model.channels[channel].contentOf(stream);
      const isDone = refusal !== undefined || crash.kind !== 'none';
      if (!isDone) expect(textsOf(after)).toEqual(textsOf(held));
      return;
    }
    expect(refusal).toBe(undefined);
    const history = now.streams.get(stream) ?? -1;
    if (existing === undefined) this.made(channel, stream, history, after);
    else {
      expect(history).toBe(existing);
      this.model.channels[channel].streams.set(stream, existing);
    }
  }

  private build(names: readonly string[]): SmallPackage[] {
    this.release += 1;
    return names.map((name) => smallPackage({ name, sourceRelease: this.release }));
  }

  private made(channel: ChannelName, stream: string, history: number, content: Content): void {
    const { versions, streams } = this.model.channels[channel];
    versions.set(history, { content, madeAt: this.clock.now(), leasedUntil: 0 });
    streams.set(stream, history);
  }

  private async pointersOfAll(): Promise<Readonly<Record<ChannelName, Pointers>>> {
    return { main: await this.pointersOf('main'), side: await this.pointersOf('side') };
  }

  private async pointersOf(channel: ChannelName): Promise<Pointers> {
    const { client } = this.world.db;
    const newest = await client.version.findFirst({
      where: { kind: 'published', channel: { name: channel } },
      orderBy: { history: 'desc' },
    });
    const streams = await client.stream.findMany({
      where: { channel: { name: channel } },
      include: { version: true },
      orderBy: { name: 'asc' },
    });
    return {
      newest: Number(newest?.history),
      streams: new Map(streams.map(({ name, version }) => [name, Number(version.history)])),
    };
  }

  /** One of the versions that are offered. */
  private async pick(channel: ChannelName, nth: number): Promise<number> {
    const rows = await this.world.db.client.version.findMany({
      where: { kind: 'published', retiredAt: null, channel: { name: channel } },
      orderBy: { history: 'asc' },
    });
    return Number(rows[nth % rows.length]?.history);
  }
}

function isSame(a: Pointers, b: Pointers): boolean {
  const streams = [...a.streams].join() === [...b.streams].join();
  return a.newest === b.newest && streams;
}
