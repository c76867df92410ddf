import { type ProjectChange, type ProjectDocument } from '@cairn/contracts';

type Named = Readonly<Record<string, unknown>> & { readonly name: string };

/** What applying `next` changes, in words: what is added, removed, and each field that differs. */
export function projectChanges(
  before: ProjectDocument | null,
  next: ProjectDocument,
): ProjectChange[] {
  if (before === null)
    return [
      { action: 'add', what: `project ${next.project}` },
      ...listChanges('profile', [], next.profiles),
      ...listChanges('repository', [], next.repositories),
    ];
  return [
    ...fieldChanges('project', settingsOf(before), settingsOf(next)),
    ...listChanges('profile', before.profiles, next.profiles),
    ...listChanges('repository', before.repositories, next.repositories),
    ...fieldChanges('builder size', before.builders.sizes, next.builders.sizes),
    ...fieldChanges('recipe size', before.sizes, next.sizes),
    ...fieldChanges('recipe needs', before.needs, next.needs),
    ...fieldChanges('bootstrap', { hints: before.bootstrap }, { hints: next.bootstrap }),
  ];
}

function settingsOf({ summary, weight, overdueHours }: ProjectDocument) {
  return { summary, weight, overdueHours };
}

function listChanges(
  kind: string,
  before: readonly Named[],
  next: readonly Named[],
): ProjectChange[] {
  const beforeByName = new Map(before.map((item) => [item.name, item]));
  const nextNames = new Set(next.map((item) => item.name));
  const removed = before
    .filter((item) => !nextNames.has(item.name))
    .map((item): ProjectChange => ({ action: 'remove', what: `${kind} ${item.name}` }));
  const others = next.flatMap((item): ProjectChange[] => {
    const old = beforeByName.get(item.name);
    return old === undefined
      ? [{ action: 'add', what: `${kind} ${item.name}`, to: item }]
      : fieldChanges(`${kind} ${item.name}`, old, item);
  });
  return [...removed, ...others];
}

function fieldChanges(
  what: string,
  before: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): ProjectChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(next)])].sort();
  return keys.flatMap((key): ProjectChange[] => {
    const from = before[key];
    const to = next[key];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ action: 'change', what: `${what}: ${key}`, from, to }];
  });
}
