// Publishes one release after the other, each in two architectures and two packages at once, as summit would have it:
// whoever asks is asked again until it has answered. So in every version everything must be of one release.
import { changeSetPublish, channelEnsure, importStart, type Collectable } from '@cairn/contracts';
import { eventually } from '@cairn/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Description } from './specification-stone.conformance.js';
import {
  buildPackage,
  outcomeOf,
  publicationOf,
  type PublishOutcome,
  type TestBuilder,
  type World,
} from './vessel-world.conformance.js';

const ARCHITECTURES = ['x86_64', 'aarch64'] as const;
const NAMES = ['app', 'app-devel'] as const;
const ANSWER_TIMEOUT_MS = 2_000;
const PATIENCE_MS = 60_000;
const CONTENT_SIZE_BYTES = 2_000;

type Architecture = (typeof ARCHITECTURES)[number];

/** Publishes to one channel. */
export class ReleaseTrain {
  release = 0;

  constructor(
    private readonly world: World,
    private readonly builder: TestBuilder,
    readonly channel: string,
  ) {}

  async begin(): Promise<void> {
    const wish = { channel: this.channel, architectures: [...ARCHITECTURES] };
    await insist(() => this.world.summit.request(channelEnsure, wish));
  }

  /** Builds, has imported and published the next release. */
  async publishNext(): Promise<PublishOutcome> {
    this.release += 1;
    const changeSetId = randomUUID();
    for (const architecture of ARCHITECTURES) await this.import(changeSetId, architecture);
    const wish = { changeSetId, channel: this.channel, stream: 'volatile' };
    await insist(() =>
      this.world.summit.request(changeSetPublish, wish, { timeoutMs: ANSWER_TIMEOUT_MS }),
    );
    return publicationOf(this.world, changeSetId, 1, PATIENCE_MS);
  }

  private async import(changeSetId: string, architecture: Architecture): Promise<void> {
    const importId = randomUUID();
    const expected = {
      ...{ source: 'app', version: '1.0', architecture },
      ...{ sourceRelease: this.release, buildRelease: 1 },
    };
    const { world, builder, channel } = this;
    const collectables: Collectable[] = [];
    for (const name of NAMES) {
      const facts = { name, sourceId: 'app', architecture, sourceRelease: this.release };
      const built = await buildPackage(world.dir, facts, randomBytes(CONTENT_SIZE_BYTES));
      builder.artefacts.set(built.collectable.sha256, built.bytes);
      collectables.push(built.collectable);
    }
    const order = { importId, changeSetId, channel, builderId: builder.id, expected, collectables };
    await insist(() => world.summit.request(importStart, order, { timeoutMs: ANSWER_TIMEOUT_MS }));
    expect(await outcomeOf(world, importId, PATIENCE_MS)).toMatchObject({ kind: 'staged' });
    for (const { sha256 } of collectables) builder.artefacts.delete(sha256);
  }
}

/** The release of a version of the train, 0 while it is empty; throws when it is a mixture. */
export function releaseOf(packages: readonly Description[]): number {
  if (packages.length === 0) return 0;
  const releases = new Set(packages.map(({ release }) => release));
  if (packages.length !== ARCHITECTURES.length * NAMES.length || releases.size !== 1) {
    const seen = packages.map((item) => `${item.name} ${item.release} ${item.architecture}`);
    throw new Error(`A mixture: ${seen.join(', ')}.`);
  }
  return [...releases][0] ?? 0;
}

/** Asks until it is answered, as summit's outbox does. */
function insist<T>(ask: () => Promise<T>): Promise<T> {
  return eventually(ask, { timeoutMs: PATIENCE_MS, intervalMs: 20 });
}
