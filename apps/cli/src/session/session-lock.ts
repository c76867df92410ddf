import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';

const POLL_MS = 25;
/** Longer than any holder works: a request with its time limit, and one file written. */
const LOCK_AGE_MAX_MS = 60_000;
/** The lock is broken under a lock of its own, held for two file operations. */
const BREAK_AGE_MAX_MS = 10_000;
const WAIT_MAX_MS = 75_000;

/** Does the work while no other command on this session file does. Fails with `session.locked` after 75 s. */
export async function withSessionLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const mark = `${process.pid} ${hostname()} ${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await acquire(lock, mark);
  try {
    return await work();
  } finally {
    if ((await contentOf(lock)) === mark) await rm(lock, { force: true });
  }
}

async function acquire(lock: string, mark: string): Promise<void> {
  const startedAtMs = performance.now();
  while (!(await created(lock, mark))) {
    const holder = await contentOf(lock);
    if (holder !== null && (await isAbandoned(lock, holder))) await breakLock(lock, holder);
    else if (performance.now() - startedAtMs < WAIT_MAX_MS) await sleep(POLL_MS);
    else {
      throw new CliError('session.locked', `Another cairn holds ${lock} for too long`, {
        exitCode: EXIT.failed,
        nextStep: 'Remove that file if no other cairn is running.',
      });
    }
  }
}

async function created(lock: string, mark: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600);
    try {
      await file.writeFile(mark);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** A holder on this machine that no longer runs, or one that is far too old. */
async function isAbandoned(lock: string, holder: string): Promise<boolean> {
  const [pid, host] = holder.split(' ');
  if (host === hostname() && !isRunning(Number(pid))) return true;
  return (await ageMs(lock)) > LOCK_AGE_MAX_MS;
}

/**
 * Removes the lock if it is still the abandoned one. Two commands that saw the same dead holder must not both remove
 * "it", or the second would take the lock away from the first.
 */
async function breakLock(lock: string, holder: string): Promise<void> {
  const guard = `${lock}.break`;
  if (!(await created(guard, ''))) {
    if ((await ageMs(guard)) > BREAK_AGE_MAX_MS) await rm(guard, { force: true });
    await sleep(POLL_MS);
    return;
  }
  try {
    if ((await contentOf(lock)) === holder) await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** Null when the lock is gone. It is empty for the moment between its creation and the writing of the mark. */
async function contentOf(lock: string): Promise<string | null> {
  try {
    return await readFile(lock, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function ageMs(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
