import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a stopped process may take to leave before it is killed. */
export const TERMINATE_GRACE_MS = 2_000;
const GONE_POLL_MS = 5;

/** Ids of all living descendants of a process, nearest first, as far as `/proc` still links them. */
export function descendantsOf(pid: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const entry of procEntries()) {
    const parent = parentOf(entry);
    if (parent === undefined) continue;
    const siblings = childrenOf.get(parent);
    if (siblings === undefined) childrenOf.set(parent, [entry]);
    else siblings.push(entry);
  }
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const child of childrenOf.get(next) ?? []) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

/** Sends a signal to a process group and to descendants that left it. Processes already gone are no error. */
export function signalTree(
  leader: number,
  descendants: readonly number[],
  signal: NodeJS.Signals,
): void {
  sendSignal(-leader, signal);
  for (const pid of descendants) sendSignal(pid, signal);
}

/** Waits until none of the processes runs any more, or the time is over; tells whether they are gone. */
export async function untilGone(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (pids.some(isRunning)) {
    if (performance.now() > endMs) return false;
    await sleep(GONE_POLL_MS);
  }
  return true;
}

function isRunning(pid: number): boolean {
  const state = statFields(pid)?.[0];
  // A zombie has finished; it only waits for its parent to look.
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function sendSignal(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Gone already, or not ours any more: there is nothing left to stop.
  }
}

function procEntries(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  const parent = statFields(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** The fields of `/proc/<pid>/stat` behind the command: state, parent … */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the command in parentheses and may hold blanks and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
