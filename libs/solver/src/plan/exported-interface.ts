import { compareText } from '../graph/source-node.js';

/** What a build offers to its dependants: capabilities (sonames among them) and the paths of its files. */
export interface ExportedInterface {
  readonly provides: readonly string[];
  readonly files: readonly string[];
}

/** What came and what went between two builds of a source. */
export interface InterfaceChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Whether dependants of a rebuilt source are rebuilt too; kept with the plan and open to being overruled. */
export interface CutOffDecision {
  readonly source: string;
  readonly rebuildDependants: boolean;
  readonly reason: 'first-build' | 'interface-unchanged' | 'interface-changed' | 'overruled';
  readonly change: InterfaceChange;
}

const UNCHANGED: InterfaceChange = { added: [], removed: [] };

/** The difference between two interfaces; order and repetition in the lists do not matter. */
export function interfaceChange(
  before: ExportedInterface,
  after: ExportedInterface,
): InterfaceChange {
  const old = new Set([...before.provides, ...before.files]);
  const now = new Set([...after.provides, ...after.files]);
  return {
    added: [...now].filter((each) => !old.has(each)).sort(compareText),
    removed: [...old].filter((each) => !now.has(each)).sort(compareText),
  };
}

/** Early cut-off: dependants are spared when the interface stayed the same, unless somebody overruled that. */
export function decideCutOff(facts: {
  readonly source: string;
  readonly before: ExportedInterface | undefined;
  readonly after: ExportedInterface;
  /** An operator's decision, which wins over the rule. */
  readonly overruled?: 'rebuild' | 'spare';
}): CutOffDecision {
  const change =
    facts.before === undefined ? UNCHANGED : interfaceChange(facts.before, facts.after);
  const { source, overruled } = facts;
  if (overruled !== undefined) {
    return { source, rebuildDependants: overruled === 'rebuild', reason: 'overruled', change };
  }
  if (facts.before === undefined)
    return { source, rebuildDependants: true, reason: 'first-build', change };
  const isChanged = change.added.length + change.removed.length > 0;
  return {
    source,
    rebuildDependants: isChanged,
    reason: isChanged ? 'interface-changed' : 'interface-unchanged',
    change,
  };
}
