import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSystemFile } from './host-facts.js';

/** Limits of a group of processes together. */
export interface GroupLimits {
  readonly memoryBytes: number;
  readonly processes: number;
}

/** A control group of one build. Which limits it really keeps is in `memory` and `processes`. */
export interface ControlGroup {
  readonly memory: boolean;
  readonly processes: boolean;
  /** Files that a process writes its id to in order to join. */
  readonly joinFiles: readonly string[];
  /** How often the kernel has killed a process of this group for want of memory. */
  outOfMemoryKills(): number;
  remove(): Promise<void>;
}

interface GroupPart {
  readonly dir: string;
  readonly controller: 'memory' | 'pids' | 'both';
}

const GROUP_PREFIX = 'cairn-';
const REMOVE_TRIES = 20;
const REMOVE_PAUSE_MS = 50;

/** Makes a group where control groups (version 1 or 2) are writable; otherwise one that keeps nothing. */
export function createControlGroup(limits: GroupLimits): ControlGroup {
  const name = `${GROUP_PREFIX}${process.pid}-${randomUUID()}`;
  const unified = createUnified(name, limits);
  const parts = unified === undefined ? createLegacy(name, limits) : [unified];
  return {
    memory: parts.some(({ controller }) => controller !== 'pids'),
    processes: parts.some(({ controller }) => controller !== 'memory'),
    joinFiles: parts.map(({ dir }) => path.join(dir, 'cgroup.procs')),
    outOfMemoryKills: () => Math.max(0, ...parts.map(killsOf)),
    remove: async () => {
      for (const { dir } of parts) await removeGroup(dir);
    },
  };
}

function createLegacy(name: string, limits: GroupLimits): GroupPart[] {
  const memory = legacyGroup('memory', name, [
    ['memory.limit_in_bytes', limits.memoryBytes],
    ['memory.swappiness', 0],
  ]);
  const pids = legacyGroup('pids', name, [['pids.max', limits.processes]]);
  return [
    ...(memory === undefined ? [] : [{ dir: memory, controller: 'memory' as const }]),
    ...(pids === undefined ? [] : [{ dir: pids, controller: 'pids' as const }]),
  ];
}

function legacyGroup(
  controller: string,
  name: string,
  settings: readonly (readonly [string, number])[],
): string | undefined {
  const mount = mountOf('cgroup', controller);
  if (mount === undefined) return undefined;
  return makeGroup(path.join(mount, ownPath(controller), name), settings);
}

function createUnified(name: string, limits: GroupLimits): GroupPart | undefined {
  const mount = mountOf('cgroup2');
  const controllers =
    readSystemFile(path.join(mount ?? '/nonexistent', 'cgroup.controllers'))?.split(/\s+/) ?? [];
  if (mount === undefined || !controllers.includes('memory') || !controllers.includes('pids'))
    return undefined;
  for (const parent of [path.join(mount, ownPath('')), mount]) {
    if (!write(path.join(parent, 'cgroup.subtree_control'), '+memory +pids')) continue;
    const dir = makeGroup(path.join(parent, name), [
      ['memory.max', limits.memoryBytes],
      ['memory.swap.max', 0],
      ['pids.max', limits.processes],
    ]);
    if (dir !== undefined) return { dir, controller: 'both' };
  }
  return undefined;
}

function makeGroup(
  dir: string,
  settings: readonly (readonly [string, number])[],
): string | undefined {
  removeLeftovers(path.dirname(dir));
  try {
    mkdirSync(dir);
  } catch {
    return undefined;
  }
  const [first, ...others] = settings;
  if (first !== undefined && !write(path.join(dir, first[0]), String(first[1]))) {
    rmdirSync(dir);
    return undefined;
  }
  // The later settings sharpen the limit where the kernel knows them.
  for (const [file, value] of others) write(path.join(dir, file), String(value));
  return dir;
}

/** Removes the groups of processes that were killed before they could do it themselves. */
function removeLeftovers(parent: string): void {
  try {
    for (const name of readdirSync(parent)) {
      const owner = new RegExp(`^${GROUP_PREFIX}([0-9]+)-`).exec(name)?.[1];
      if (owner !== undefined && !existsSync(`/proc/${owner}`)) rmdirSync(path.join(parent, name));
    }
  } catch {
    // Not ours to look at or to remove: the group of this build can be made all the same.
  }
}

function killsOf(part: GroupPart): number {
  const text =
    readSystemFile(path.join(part.dir, 'memory.events')) ??
    readSystemFile(path.join(part.dir, 'memory.oom_control')) ??
    '';
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

async function removeGroup(dir: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_TRIES; attempt += 1) {
    try {
      rmdirSync(dir);
      return;
    } catch {
      // The kernel lets go of the last process a moment after it has died.
      await sleep(REMOVE_PAUSE_MS);
    }
  }
}

function mountOf(type: 'cgroup' | 'cgroup2', controller?: string): string | undefined {
  for (const line of (readSystemFile('/proc/mounts') ?? '').split('\n')) {
    const [, mount, found, options = ''] = line.split(' ');
    if (found === type && (controller === undefined || options.split(',').includes(controller)))
      return mount;
  }
  return undefined;
}

function ownPath(controller: string): string {
  for (const line of (readSystemFile('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers = '', group = '/'] = line.split(':');
    if (controllers.split(',').includes(controller)) return group;
  }
  return '/';
}

function write(file: string, text: string): boolean {
  try {
    writeFileSync(file, text);
    return true;
  } catch {
    return false;
  }
}
