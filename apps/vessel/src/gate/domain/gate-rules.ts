import { GATE_RULES, type ChannelPolicy, type GateRule } from '@cairn/contracts';
import { assertNever } from '@cairn/std';
import {
  buildOf,
  compareReleases,
  releaseText,
  type PoolPackage,
} from '../../pool/domain/pool-package.js';
import { buildKeyOf, type GateFacts } from './gate-facts.js';

/** What a rule has against a change. */
export interface Finding {
  readonly rule: GateRule;
  readonly level: 'warn' | 'block';
  readonly package: string;
  readonly architecture: string;
  readonly message: string;
}

type Complaint = Pick<Finding, 'package' | 'architecture' | 'message'>;

/** Asks every rule that is on; those that block come first. */
export function judge(gate: ChannelPolicy['gate'], facts: GateFacts): readonly Finding[] {
  const findings = GATE_RULES.flatMap((rule) => {
    const level = gate[rule] ?? 'off';
    if (level === 'off') return [];
    return complaintsOf(rule, facts).map((complaint) => ({ rule, level, ...complaint }));
  });
  return findings.sort((a, b) => Number(b.level === 'block') - Number(a.level === 'block'));
}

function complaintsOf(rule: GateRule, facts: GateFacts): readonly Complaint[] {
  switch (rule) {
    case 'dependencies':
      return unmetDependencies(facts);
    case 'file-conflicts':
      return fileConflicts(facts);
    case 'lower-release':
      return lowerReleases(facts);
    case 'siblings':
      return brokenFamilies(facts);
    case 'privileges':
      return newPrivileges(facts);
  }
  return assertNever(rule);
}

/** Only what this change breaks: what could not be installed before is nobody's news. */
function unmetDependencies(facts: GateFacts): readonly Complaint[] {
  const { before, after, needs } = facts;
  const wasUnmet = new Set(unmetOf(before, facts).map(({ item, need }) => `${item.id} ${need}`));
  return unmetOf(after, facts)
    .filter(({ item, need }) => !wasUnmet.has(`${item.id} ${need}`))
    .map(({ item, need }) => {
      const lost = before.find(
        (other) =>
          other.architecture === item.architecture &&
          needs.get(other.id)?.provides.includes(need) === true,
      );
      const hint = lost === undefined ? '' : `; ${labelOf(lost)} provided it before`;
      return complaint(item, `needs ${need}, which nothing provides${hint}`);
    });
}

function unmetOf(
  packages: readonly PoolPackage[],
  { needs, provided }: GateFacts,
): readonly { readonly item: PoolPackage; readonly need: string }[] {
  const unmet = [];
  for (const [architecture, items] of Map.groupBy(packages, (item) => item.architecture)) {
    const present = new Set(provided.get(architecture));
    for (const item of items) {
      present.add(`name(${item.name})`);
      for (const capability of needs.get(item.id)?.provides ?? []) present.add(capability);
    }
    for (const item of items) {
      for (const need of needs.get(item.id)?.depends ?? []) {
        if (!present.has(need)) unmet.push({ item, need });
      }
    }
  }
  return unmet;
}

function fileConflicts({ after, sharedPaths }: GateFacts): readonly Complaint[] {
  const byId = new Map(after.map((item) => [item.id, item]));
  return sharedPaths.flatMap(({ path, packageId, otherId }) => {
    const item = byId.get(packageId);
    const other = byId.get(otherId);
    if (item === undefined || other?.architecture !== item.architecture) return [];
    return [complaint(item, `has /usr/${path}, and so has ${labelOf(other)}`)];
  });
}

function lowerReleases({ changed }: GateFacts): readonly Complaint[] {
  return changed.flatMap(({ before, after }) => {
    if (before === undefined || after === undefined) return [];
    const isLower = compareReleases(after, before) < 0;
    return isLower ? [complaint(after, `is older than ${labelOf(before)}`)] : [];
  });
}

/** The packages of a touched source must all be of one build, and all that the build brought. */
function brokenFamilies({ after, changed, builtNames }: GateFacts): readonly Complaint[] {
  const touched = new Set(changed.flatMap((item) => [item.before, item.after]).flatMap(familyOf));
  const families = Map.groupBy(after, buildOf);
  return [...touched].flatMap((family) => {
    const members = families.get(family) ?? [];
    const [newest] = [...members].sort((a, b) => compareReleases(b, a));
    if (newest === undefined) return [];
    const strangers = members
      .filter((item) => buildKeyOf(item) !== buildKeyOf(newest))
      .map((item) => complaint(item, `is of another build than ${labelOf(newest)}`));
    const present = new Set(members.map(({ name }) => name));
    const missing = (builtNames.get(buildKeyOf(newest)) ?? [])
      .filter((name) => !present.has(name))
      .map((name) => complaint(newest, `comes without ${name}, which was built with it`));
    return [...strangers, ...missing];
  });
}

function familyOf(item: PoolPackage | undefined): readonly string[] {
  return item === undefined ? [] : [buildOf(item)];
}

const SET_ID_BITS = 0o6000;
/** Programs that move data over the network, as capabilities. */
const NETWORK_TOOLS =
  /^(binary|sysbinary|name)\((curl|wget|nc|ncat|netcat|socat|ssh|scp|rsync|ftp|telnet|aria2c?)\)$/;
/** Below /usr: what every login or session runs. */
const LOGIN_SCRIPTS =
  /(^|\/)(profile\.d|xinitrc\.d|xprofile\.d|autostart|environment\.d|user-environment-generators)\/[^/]+$/;

/** Whether a file can matter for `privileges`; all others need not be loaded. */
export function isSensitive(file: { readonly path: string; readonly mode: number }): boolean {
  return (file.mode & SET_ID_BITS) !== 0 || LOGIN_SCRIPTS.test(file.path);
}

function newPrivileges({ changed, needs, sensitiveFiles }: GateFacts): readonly Complaint[] {
  return changed.flatMap(({ before, after }) => {
    if (after === undefined) return [];
    const had = new Set((sensitiveFiles.get(before?.id ?? -1) ?? []).map(signOf));
    const files = (sensitiveFiles.get(after.id) ?? [])
      .filter((file) => !had.has(signOf(file)))
      .map((file) => complaint(after, `newly ${signOf(file)}`));
    const knew = new Set(needs.get(before?.id ?? -1)?.depends);
    const tools = (needs.get(after.id)?.depends ?? [])
      .filter((need) => NETWORK_TOOLS.test(need) && !knew.has(need))
      .map((need) => complaint(after, `newly needs the network tool ${need}`));
    return [...files, ...tools];
  });
}

function signOf({ path, mode }: { readonly path: string; readonly mode: number }): string {
  return (mode & SET_ID_BITS) === 0
    ? `has the login script /usr/${path}`
    : `has the set-id file /usr/${path} (${(mode & 0o7777).toString(8)})`;
}

function complaint(item: PoolPackage, text: string): Complaint {
  const { name, architecture } = item;
  return { package: name, architecture, message: `${labelOf(item)} ${text}.` };
}

/** `name version-release-build`. */
function labelOf(item: PoolPackage): string {
  return `${item.name} ${releaseText(item)}`;
}
