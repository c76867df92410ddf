import type { Instant } from '@cairn/std';
import type { Capability } from '../graph/capability.js';
import type { TaskKey } from './task-facts.js';

/** One link of a chain of waiting: a source, its task, and the capability through which it is needed. */
export interface WaitLink<Id extends TaskKey> {
  readonly taskId: Id;
  readonly source: string;
  readonly capability: Capability;
}

/** A dependency that a build takes from the published packages of `source`. */
export interface PublishedUse {
  readonly source: string;
  readonly capability: Capability;
}

/** Why a task stands where it stands, as data. */
export type TaskReason<Id extends TaskKey> =
  | { readonly code: 'ready' }
  | { readonly code: 'cycle-stage'; readonly published: readonly PublishedUse[] }
  | { readonly code: 'building' | 'publishing' | 'staged' }
  | { readonly code: 'waits-for-dependency'; readonly chain: readonly WaitLink<Id>[] }
  | { readonly code: 'waits-for-earlier-build'; readonly taskId: Id }
  | {
      readonly code: 'blocked-by-failure';
      readonly chain: readonly WaitLink<Id>[];
      readonly outcome: 'failed' | 'cancelled';
    }
  | {
      readonly code: 'cycle-seed-missing';
      readonly members: readonly string[];
      readonly seeds: readonly PublishedUse[];
    }
  | { readonly code: 'paused' | 'held' }
  | { readonly code: 'retry-at'; readonly at: Instant };

/** The reason in one sentence for people. */
export function sentenceOf<Id extends TaskKey>(reason: TaskReason<Id>): string {
  switch (reason.code) {
    case 'ready':
      return 'Ready: everything it depends on is built.';
    case 'cycle-stage':
      return `Ready as the first stage of a cycle: it uses the published ${listOf(reason.published.map((each) => each.source))} and is built once more afterwards.`;
    case 'building':
      return 'A builder is building it.';
    case 'publishing':
      return 'Built; its packages are being taken in.';
    case 'staged':
      return 'Built and staged; it is published with its change set.';
    case 'waits-for-dependency':
      return `Waits for ${chainText(reason.chain)}.`;
    case 'waits-for-earlier-build':
      return `Waits for task ${reason.taskId}, an earlier build of the same source.`;
    case 'blocked-by-failure': {
      const last = reason.chain.at(-1);
      const through = reason.chain.slice(0, -1).map((link) => link.source);
      const way = through.length === 0 ? '' : `, needed through ${listOf(through)}`;
      const outcome = reason.outcome === 'failed' ? 'failed' : 'was cancelled';
      return `Blocked: task ${last?.taskId ?? '?'} (${last?.source ?? '?'}) ${outcome}${way}.`;
    }
    case 'cycle-seed-missing':
      return `Waits for a seed: the cycle of ${listOf(reason.members)} has no published ${listOf(reason.seeds.map((each) => each.capability))} and no bootstrap hint.`;
    case 'paused':
      return 'Paused: its project or mass rebuild is paused.';
    case 'held':
      return 'Held by an operator.';
    case 'retry-at':
      return `Waits until ${new Date(reason.at).toISOString()} before it is tried again.`;
  }
}

/** Names shown in one sentence; the JSON reason holds all. */
const NAMES_SHOWN_MAX = 4;

function listOf(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const shown = distinct.slice(0, NAMES_SHOWN_MAX).join(', ');
  const more = distinct.length - NAMES_SHOWN_MAX;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function chainText<Id extends TaskKey>(chain: readonly WaitLink<Id>[]): string {
  const shown = chain
    .slice(0, NAMES_SHOWN_MAX)
    .map((link) => `${link.source} (task ${link.taskId})`);
  const more = chain.length - shown.length;
  return shown.join(', which waits for ') + (more > 0 ? `, and ${more} more behind it` : '');
}
