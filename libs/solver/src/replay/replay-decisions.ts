import { err, ok, type Result } from '@cairn/std';
import { allocate } from '../allocation/allocate.js';
import { DecisionHash } from '../simulation/decision-hash.js';
import { explainTasks } from '../tasks/explain-tasks.js';
import {
  readinessOf,
  type DecisionLogEntry,
  type FactTable,
  type FactTables,
} from './decision-log.js';

/** A recorded decision that is not reached again. Entries count from 1. */
export interface ReplayDifference {
  readonly entry: number;
  readonly decide: 'allocate' | 'explain';
  readonly recorded: readonly unknown[];
  readonly reached: readonly unknown[];
}

/** What a replay found; `decisionHash` is over the decisions that were reached. */
export interface ReplayResult {
  readonly entries: number;
  readonly decisions: number;
  readonly decisionHash: string;
  readonly differences: readonly ReplayDifference[];
}

/** A line that is no entry of a decision log. Lines count from 1. */
export interface DecisionLogError {
  readonly code: 'plan.bad-decision-log';
  readonly line: number;
  readonly message: string;
}

/** Differences that are kept; more are only counted as decisions. */
const DIFFERENCES_MAX = 100;

/** Runs the recorded facts through today's rules and compares every decision with the recorded one. */
export function replayDecisions(entries: Iterable<DecisionLogEntry>): ReplayResult {
  const tables = new Tables();
  const hash = new DecisionHash();
  const differences: ReplayDifference[] = [];
  let number = 0;
  let decisions = 0;
  for (const entry of entries) {
    number += 1;
    if ('set' in entry) tables.set(entry.set, entry.key, entry.value);
    else if ('unset' in entry) tables.unset(entry.unset, entry.key);
    else {
      decisions += 1;
      const recorded = entry.decide === 'allocate' ? entry.assignments : entry.readiness;
      const reached =
        entry.decide === 'allocate' ? tables.allocate(entry.now) : tables.explain(entry.now);
      hash.add(entry.decide, entry.now, JSON.stringify(reached));
      const isSame = JSON.stringify(recorded) === JSON.stringify(reached);
      if (!isSame && differences.length < DIFFERENCES_MAX) {
        differences.push({ entry: number, decide: entry.decide, recorded, reached });
      }
    }
  }
  return { entries: number, decisions, decisionHash: hash.text(), differences };
}

class Tables {
  readonly #tables = new Map<FactTable, Map<string, unknown>>();

  set(table: FactTable, key: string, value: unknown): void {
    const facts = this.#tables.get(table) ?? new Map<string, unknown>();
    this.#tables.set(table, facts);
    facts.set(key, value);
  }

  unset(table: FactTable, key: string): void {
    this.#tables.get(table)?.delete(key);
  }

  allocate(now: Parameters<typeof allocate>[0]['now']): readonly unknown[] {
    return allocate({
      readyTasks: this.#all('ready'),
      idleSlots: this.#all('slot'),
      builders: this.#all('builder'),
      shares: this.#all('share'),
      now,
    });
  }

  explain(now: Parameters<typeof allocate>[0]['now']): readonly unknown[] {
    const explanations = explainTasks({
      tasks: this.#all('task'),
      recipes: this.#all('recipe'),
      published: this.#all('published'),
      bootstrap: this.#all('hint'),
      remotes: new Map(this.#all('remotes').map(({ profile, others }) => [profile, others])),
      now,
    });
    return readinessOf(explanations);
  }

  #all<Table extends FactTable>(table: Table): FactTables[Table][] {
    return [...(this.#tables.get(table)?.values() ?? [])] as FactTables[Table][];
  }
}

const TABLES: ReadonlySet<unknown> = new Set<FactTable>([
  'ready',
  'slot',
  'builder',
  'share',
  'task',
  'recipe',
  'published',
  'hint',
  'remotes',
]);

/** Reads one line of a decision log. The values of facts are trusted as our own recorder wrote them. */
export function parseDecisionLine(
  text: string,
  line: number,
): Result<DecisionLogEntry, DecisionLogError> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad(line, 'not JSON');
  }
  if (typeof value !== 'object' || value === null) return bad(line, 'no object');
  const entry = value as Readonly<Record<string, unknown>>;
  if ('set' in entry || 'unset' in entry) {
    const table = entry['set'] ?? entry['unset'];
    const isFact = TABLES.has(table) && typeof entry['key'] === 'string';
    const hasValue =
      'unset' in entry || (typeof entry['value'] === 'object' && entry['value'] !== null);
    return isFact && hasValue ? ok(value as DecisionLogEntry) : bad(line, 'no known fact');
  }
  const decided = entry['decide'] === 'allocate' ? entry['assignments'] : entry['readiness'];
  const isDecision = entry['decide'] === 'allocate' || entry['decide'] === 'explain';
  if (!isDecision || !Array.isArray(decided) || !Number.isFinite(entry['now']))
    return bad(line, 'no known decision');
  return ok(value as DecisionLogEntry);
}

function bad(line: number, message: string): Result<never, DecisionLogError> {
  return err({ code: 'plan.bad-decision-log', line, message });
}
