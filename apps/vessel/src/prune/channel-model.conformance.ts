// What channels must hold, worked out from what was done to them and from nothing that vessel says.
import { DAY_MS } from '@cairn/std';
import type { SmallPackage } from '../control/repository-world.conformance.js';

export const CHANNELS = ['main', 'side'] as const;
export type ChannelName = (typeof CHANNELS)[number];
export type Content = ReadonlyMap<string, SmallPackage>;

/** How long a version that nothing names is listed, and a line that nobody continues is kept. */
const RETENTION_MS = 14 * DAY_MS;

export interface ModelVersion {
  readonly content: Content;
  readonly madeAt: number;
  leasedUntil: number;
}

/** A step of a change set that is not published, and what builds on it sees. */
export interface ModelLine {
  readonly history: number;
  readonly content: Content;
  readonly madeAt: number;
}

export class ModelChannel {
  readonly versions = new Map<number, ModelVersion>();
  readonly streams = new Map<string, number>();
  readonly tags = new Map<string, number>();
  readonly lines: ModelLine[] = [];
  /** Names that may not change in `volatile`. */
  readonly pins = new Set<string>();

  contentOf(stream: string): Content {
    return this.versions.get(this.streams.get(stream) ?? -1)?.content ?? new Map();
  }

  /** What must be listed and complete at this time. */
  needed(now: number): ReadonlyMap<number, ModelVersion> {
    const named = new Set([...this.streams.values(), ...this.tags.values()]);
    return new Map(
      [...this.versions].filter(
        ([history, { madeAt, leasedUntil }]) =>
          named.has(history) || leasedUntil > now || now - madeAt < RETENTION_MS,
      ),
    );
  }

  neededLines(now: number): readonly ModelLine[] {
    return this.lines.filter(({ madeAt }) => now - madeAt < RETENTION_MS);
  }

  /** Everything that the channel published with this name, below a release. */
  publishedBefore(bad: SmallPackage): readonly SmallPackage[] {
    return [...this.versions.values()].flatMap(({ content }) => {
      const other = content.get(bad.description.name);
      return other !== undefined && releaseOf(other) < releaseOf(bad) ? [other] : [];
    });
  }
}

export class Model {
  readonly channels: Readonly<Record<ChannelName, ModelChannel>> = {
    main: new ModelChannel(),
    side: new ModelChannel(),
  };
  /** What was withdrawn, by name and release. */
  readonly yanked = new Set<string>();

  /** The code with which a stream must refuse to hold this; undefined when it must not. */
  refusalOf(channel: ChannelName, stream: string, after: Content): string | undefined {
    const { pins } = this.channels[channel];
    const before = this.channels[channel].contentOf(stream);
    const names = new Set([...before.keys(), ...after.keys()]);
    const changed = [...names].filter((name) => before.get(name) !== after.get(name));
    if (stream === 'volatile' && changed.some((name) => pins.has(name))) return 'package.pinned';
    const put = changed.flatMap((name) => after.get(name) ?? []);
    return put.some((item) => this.yanked.has(keyOf(item))) ? 'package.yanked' : undefined;
  }
}

export function keyOf({ description }: SmallPackage): string {
  return `${description.name} ${description.sourceRelease}`;
}

export function releaseOf({ description }: SmallPackage): number {
  return description.sourceRelease;
}

export function textsOf(content: Content): readonly string[] {
  return [...content.values()].map(keyOf).sort();
}
