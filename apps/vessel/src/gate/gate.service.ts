import {
  architectureSchema,
  FINDINGS_MAX,
  type ChannelPolicy,
  type GateFinding,
} from '@cairn/contracts';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import type { ChangedPackage } from '../channels/domain/stream-contents.js';
import { findVersion } from '../channels/find-version.js';
import type { PolicyStore } from '../channels/policy.store.js';
import type { VersionStore } from '../channels/version.store.js';
import type { Transaction } from '../persistence/vessel-database.js';
import type { PoolPackage } from '../pool/domain/pool-package.js';
import type { GateFacts } from './domain/gate-facts.js';
import { judge } from './domain/gate-rules.js';
import type { GateStore } from './gate.store.js';

/** A stream that is about to hold something else. */
export interface GatedChange {
  readonly channel: Channel;
  readonly stream: string;
  readonly before: readonly PoolPackage[];
  readonly after: readonly PoolPackage[];
  readonly changed: readonly ChangedPackage[];
}

/** Looks at every change of a stream before it is made, as strictly as the channel's policy says. */
export class GateService {
  constructor(
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly policies: PolicyStore;
      readonly versions: VersionStore;
      readonly store: GateStore;
    },
  ) {}

  /** What the rules that are on have against the change, the worst first. */
  async inspect(tx: Transaction, change: GatedChange): Promise<readonly GateFinding[]> {
    const policy = await this.parts.policies.policyOf(tx, change.channel.id);
    const isOn = Object.values(policy.gate).some((level) => level !== 'off');
    if (!isOn || change.changed.length === 0) return [];
    const findings = judge(policy.gate, await this.facts(tx, change, policy));
    return findings.slice(0, FINDINGS_MAX).map((finding) => ({
      ...finding,
      channel: change.channel.name,
      stream: change.stream,
      architecture: architectureSchema.parse(finding.architecture),
    }));
  }

  private async facts(
    tx: Transaction,
    change: GatedChange,
    { gate, remotes }: ChannelPolicy,
  ): Promise<GateFacts> {
    const { store } = this.parts;
    const { before, after, changed } = change;
    const isOn = (rule: keyof typeof gate) => (gate[rule] ?? 'off') !== 'off';
    const put = changed.flatMap((item) => item.after ?? []);
    const touched = idsOf(changed.flatMap((item) => [item.before, item.after]));
    const needed = isOn('dependencies') ? idsOf([...before, ...after]) : touched;
    const isWithNeeds = isOn('dependencies') || isOn('privileges');
    return {
      before,
      after,
      changed,
      needs: isWithNeeds ? await store.needsOf(tx, needed) : new Map(),
      provided: isOn('dependencies') ? await this.providedBy(tx, remotes) : new Map(),
      sharedPaths: isOn('file-conflicts')
        ? await store.sharedPaths(tx, idsOf(put), idsOf(after))
        : [],
      sensitiveFiles: isOn('privileges') ? await store.sensitiveFiles(tx, touched) : new Map(),
      builtNames: isOn('siblings') ? await store.builtNames(tx, after) : new Map(),
    };
  }

  private async providedBy(
    tx: Transaction,
    remotes: ChannelPolicy['remotes'],
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const { channels, versions, store } = this.parts;
    const provided = new Map<string, Set<string>>();
    for (const remote of remotes) {
      const channel = await channels.find(tx, remote.channel);
      if (channel === undefined) continue;
      const version = await findVersion(tx, channel, remote.version);
      const packages = await versions.packagesOf(tx, version.id);
      const needs = await store.needsOf(tx, idsOf(packages));
      for (const { id, name, architecture } of packages) {
        const present = provided.get(architecture) ?? new Set<string>();
        provided.set(architecture, present.add(`name(${name})`));
        for (const capability of needs.get(id)?.provides ?? []) present.add(capability);
      }
    }
    return provided;
  }
}

function idsOf(items: readonly (PoolPackage | undefined)[]): readonly number[] {
  return items.flatMap((item) => (item === undefined ? [] : [item.id]));
}
