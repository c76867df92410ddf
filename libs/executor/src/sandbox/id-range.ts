import { readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '@cairn/exec';
import { ID_MAP_SHELL, ID_MAP_WAIT } from './enter-script.js';
import { dropTo } from './sandbox-command.js';

// Above what distributions hand out to users and containers, and below the largest signed number.
const ID_RANGE_FIRST = 1_900_000_000;
const ID_RANGE_SIZE = 65_536;
const MAP_WAIT_MS = 10_000;
const MAP_POLL_MS = 2;
const PROBE_OUTPUT_BYTES = 16_384;

/** The ids of one build on the host: who its root is, and from where its other 65,535 ids count. */
export interface IdRange {
  readonly rootId: number;
  readonly firstId: number;
}

/** The range of a slot. */
export function idRangeOf(order: { readonly buildUserId: number; readonly slot: number }): IdRange {
  return {
    rootId: order.buildUserId,
    firstId: ID_RANGE_FIRST + order.slot * ID_RANGE_SIZE,
  };
}

/** Gives a process the ids as soon as it has entered a user namespace of its own. The inside waits for its map. */
export async function mapIdRange(pid: number, range: IdRange): Promise<boolean> {
  const endMs = performance.now() + MAP_WAIT_MS;
  try {
    const own = readlinkSync('/proc/self/ns/user');
    while (readlinkSync(`/proc/${pid}/ns/user`) === own) {
      if (performance.now() > endMs) return false;
      await sleep(MAP_POLL_MS);
    }
    const map = `0 ${range.rootId} 1\n1 ${range.firstId} ${ID_RANGE_SIZE - 1}\n`;
    for (const name of ['gid_map', 'uid_map']) writeFileSync(`/proc/${pid}/${name}`, map);
    return true;
  } catch {
    // The process has ended, or this machine's root may not give ids away.
    return false;
  }
}

/** Whether this process may give ranges of ids away: as root outside of a container that forbids it. */
export async function canMapIdRange(range: IdRange): Promise<boolean> {
  let mapped: Promise<boolean> = Promise.resolve(false);
  const [command = 'true', ...args] = [
    ...dropTo(range.rootId),
    ...['unshare', '--user', '--keep-caps', '--', ...ID_MAP_SHELL, ID_MAP_WAIT],
  ];
  const outcome = await run({
    command,
    args,
    cwd: '/',
    timeoutMs: MAP_WAIT_MS,
    outputBytesMax: PROBE_OUTPUT_BYTES,
    onStart: (pid) => {
      mapped = mapIdRange(pid, range);
    },
  });
  return outcome.ok && outcome.value.exitCode === 0 && (await mapped);
}
