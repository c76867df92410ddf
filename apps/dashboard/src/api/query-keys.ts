/** First part of every query key: what the answer is about. Live events invalidate by it. */
export const TOPICS = [
  'overview',
  'tasks',
  'builders',
  'repositories',
  'channels',
  'rebuilds',
] as const;
export type Topic = (typeof TOPICS)[number];

export const sessionKey = ['session'] as const;
export const overviewKey = ['overview'] as const;
export const buildersKey = ['builders'] as const;
export const repositoriesKey = ['repositories'] as const;
export const rebuildsKey = ['rebuilds'] as const;
export const channelsKey = ['channels'] as const;

/** A page of the task list. */
export function taskListKey(query: object): readonly unknown[] {
  return ['tasks', 'list', query];
}

/** One task with its attempts. */
export function taskKey(taskId: number): readonly unknown[] {
  return ['tasks', 'one', taskId];
}

/** One rebuild with its graph. */
export function rebuildKey(rebuildId: string): readonly unknown[] {
  return ['rebuilds', 'one', rebuildId];
}

/** A page of the versions of a channel. */
export function versionsKey(channel: string, query: object): readonly unknown[] {
  return ['channels', 'versions', channel, query];
}

/** What differs between two versions. */
export function differenceKey(channel: string, query: object): readonly unknown[] {
  return ['channels', 'difference', channel, query];
}

/** Something about one package or capability. */
export function packageKey(what: string, query: object): readonly unknown[] {
  return ['channels', 'package', what, query];
}

/** A page of a channel's packages. */
export function packagesKey(channel: string, query: object): readonly unknown[] {
  return ['channels', 'packages', channel, query];
}
