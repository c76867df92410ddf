import { err, ok, type Result } from '@cairn/std';

import { type RecipeErrorCode } from '../recipe-error.js';
import { type Toolchain, type Tuning } from '../recipe.js';
import { type Architecture } from './architectures.js';
import { FLAG_LANGUAGES, type Flag, type FlagLanguage, type TuningGroup } from './flag-set.js';
import { DEFAULT_GROUPS, TUNING_GROUPS } from './tuning-groups.js';

export type CompilerFlags = Readonly<Record<FlagLanguage, string>>;

export interface FlagRequest {
  readonly architecture: Architecture;
  readonly toolchain: Toolchain;
  readonly tuning: readonly Tuning[];
  /** Groups switched on after the recipe's own wishes, for the passes of profile-guided optimisation. */
  readonly forcedGroups?: readonly string[];
}

/** A tuning wish that cannot be met, by its index in the recipe. */
export interface TuningFault {
  readonly code: RecipeErrorCode;
  readonly message: string;
  readonly index: number;
}

const ARCHITECTURE_GROUP = 'architecture';

/**
 * The flags of every language, macros in them not yet expanded. The texts of all flags are put in byte order, not in
 * order of meaning: that is what the distribution's packages are built with.
 */
export function compilerFlags(request: FlagRequest): Result<CompilerFlags, TuningFault> {
  const { architecture, toolchain } = request;
  const groups: Readonly<Record<string, TuningGroup>> = {
    ...TUNING_GROUPS,
    [ARCHITECTURE_GROUP]: { flag: architecture.flag },
    ...architecture.groups,
  };
  const selected = selectFlags(groups, request);
  if (!selected.ok) return selected;
  const entries = FLAG_LANGUAGES.map((language) => [
    language,
    joinTexts(selected.value.map((flag) => flagText(flag, { language, toolchain }))),
  ]);
  return ok(Object.fromEntries(entries) as CompilerFlags);
}

function selectFlags(
  groups: Readonly<Record<string, TuningGroup>>,
  { architecture, tuning, forcedGroups = [] }: FlagRequest,
): Result<Flag[], TuningFault> {
  const values = new Map<string, boolean | string>([[ARCHITECTURE_GROUP, true]]);
  for (const [index, { group, value }] of tuning.entries()) {
    const fault = tuningFault(groups, { group, value });
    if (fault !== null) return err({ ...fault, index });
    values.set(group, value);
  }
  for (const group of architecture.defaultGroups ?? DEFAULT_GROUPS) {
    if (!values.has(group)) values.set(group, true);
  }
  for (const group of forcedGroups) values.set(group, true);
  return ok([...values].map(([name, value]) => flagOf(groups[name] ?? {}, value)));
}

function tuningFault(
  groups: Readonly<Record<string, TuningGroup>>,
  { group, value }: Tuning,
): Omit<TuningFault, 'index'> | null {
  const known = Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (known === undefined) {
    const message = `the tuning group '${group}' does not exist`;
    return { code: 'recipe.unknown-tuning-group', message };
  }
  if (typeof value === 'boolean' || Object.hasOwn(known.options ?? {}, value)) return null;
  const options = Object.keys(known.options ?? {});
  const choice = options.length === 0 ? 'no options' : `the options ${options.join(', ')}`;
  const message = `the tuning group '${group}' has ${choice}, not '${value}'`;
  return { code: 'recipe.unknown-tuning-option', message };
}

/** A chosen option's flags stand instead of the group's own. */
function flagOf(group: TuningGroup, value: boolean | string): Flag {
  if (value === false) return group.disabled ?? {};
  const option = value === true ? group.defaultOption : value;
  return (option === undefined ? undefined : group.options?.[option]) ?? group.flag ?? {};
}

function flagText(
  flag: Flag,
  { language, toolchain }: { language: FlagLanguage; toolchain: Toolchain },
): string {
  return flag[toolchain]?.[language] ?? flag[language] ?? '';
}

function joinTexts(texts: readonly string[]): string {
  // Byte order equals code unit order here: the tables are ASCII.
  const unique = new Set(texts.map((text) => text.trim()).filter((text) => text.length > 1));
  return [...unique].sort((a, b) => (a < b ? -1 : 1)).join(' ');
}
