import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Kills what is left of an attempt's sandbox: every process of another mount namespace that has the attempt's
 * directory mounted. The attempt's id is in that path, so nothing else can be meant. Returns how many there were.
 */
export function killLeftovers(attemptId: string): number {
  const own = mountNamespace('self');
  const found = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => mountNamespace(pid) !== own && mountsAttempt(pid, attemptId))
    .map(Number);
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  return found.length;
}

function mountsAttempt(pid: string, attemptId: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(`/attempts/${attemptId}/`);
  } catch {
    return false;
  }
}

function mountNamespace(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}
