import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnAs, type ServerAccount } from './account.js';
import { portLike } from './port.js';
import { noteEnded, noteRunning, type RunningServer, type ServerExit } from './running-server.js';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 10;
const READY_POLL_MAX_MS = 100;
const START_ATTEMPTS_MAX = 5;
const RETRY_AFTER_MS = 300;
const LOG_TAIL_BYTES = 4_096;
/** Another process took the port, or the processes of a killed predecessor have not quite gone. */
const PASSING_TROUBLE = /address (already )?in use|shared memory block|bind:/i;
const SIGNALS_THAT_DO_NOT_END: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGSTOP',
  'SIGCONT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
]);

/** What the launcher must know about one kind of server. */
export interface ServerKind {
  readonly name: string;
  readonly account: ServerAccount;
  readonly port: number | undefined;
  command(port: number): { readonly command: string; readonly args: readonly string[] };
  url(port: number): string;
  /** Resolves when the server serves, rejects while it does not yet; `GivingUp` ends the waiting. */
  probe(port: number): Promise<void>;
  /** Signals that end it, from the most orderly, each with the time it is given. */
  readonly stopSteps: readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[];
}

/** Thrown by a probe when waiting longer cannot help. */
export class GivingUp extends Error {}

/** Starts a server and waits until it serves. The error of a failed start ends with the tail of the server's log. */
export async function startServer(kind: ServerKind): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const logFile = join(kind.account.dir, `${kind.name}.log`);
    const logFrom = sizeOf(logFile);
    try {
      return await startOnce(kind, logFile);
    } catch (error) {
      const tail = tailOf(logFile, logFrom);
      if (attempt < START_ATTEMPTS_MAX && PASSING_TROUBLE.test(tail)) {
        await sleep(RETRY_AFTER_MS);
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${kind.name} did not start: ${reason}\n${tail}`, { cause: error });
    }
  }
}

async function startOnce(kind: ServerKind, logFile: string): Promise<RunningServer> {
  const portFile = join(kind.account.dir, `${kind.name}.port`);
  const port = kind.port ?? (await portLike(readPort(portFile)));
  const log = openSync(logFile, 'a', 0o640);
  const child = spawnAs(kind.account, { ...kind.command(port), log });
  closeSync(log);
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined)
    throw new Error('the program could not be started', { cause: await exited });
  noteRunning({ pid, name: kind.name });
  void exited.then(() => noteEnded(pid));
  try {
    await waitUntilReady(kind, { port, exited });
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    throw error;
  }
  writeFileSync(portFile, `${port}\n`);
  return {
    url: kind.url(port),
    port,
    pid,
    logFile,
    exited,
    stop: () => stopChild(child, { exited, steps: kind.stopSteps }),
    kill: async (signal) => {
      child.kill(signal);
      if (!SIGNALS_THAT_DO_NOT_END.has(signal)) await exited;
    },
  };
}

async function waitUntilReady(
  kind: ServerKind,
  started: { readonly port: number; readonly exited: Promise<ServerExit> },
): Promise<void> {
  const end: { exit?: ServerExit } = {};
  void started.exited.then((exit) => (end.exit = exit));
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (let pauseMs = READY_POLL_MS; ; pauseMs = Math.min(pauseMs * 1.5, READY_POLL_MAX_MS)) {
    if (end.exit !== undefined) throw new Error(`it ended at once (${describeExit(end.exit)})`);
    try {
      await kind.probe(started.port);
      // A stranger on our port would have answered while ours was ending.
      await sleep(0);
      if (!hasEnded(end)) return;
    } catch (error) {
      if (error instanceof GivingUp) throw error;
      if (performance.now() > deadline) {
        throw new Error(`it was not ready after ${READY_TIMEOUT_MS} ms`, { cause: error });
      }
    }
    await Promise.race([sleep(pauseMs), started.exited]);
  }
}

export function exitOf(child: ChildProcess): Promise<ServerExit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', () => resolve({ exitCode: null, signal: null }));
  });
}

export async function stopChild(
  child: ChildProcess,
  how: { readonly exited: Promise<ServerExit>; readonly steps: ServerKind['stopSteps'] },
): Promise<void> {
  for (const { signal, waitMs } of [...how.steps, { signal: 'SIGKILL', waitMs: 5_000 } as const]) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    // A stopped (SIGSTOP) server must run to see any signal but SIGKILL.
    child.kill('SIGCONT');
    const timer = new AbortController();
    const late = sleep(waitMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([how.exited, late]);
    timer.abort();
  }
  await how.exited;
}

function hasEnded(end: { readonly exit?: ServerExit }): boolean {
  return end.exit !== undefined;
}

function describeExit(exit: ServerExit): string {
  return exit.signal ?? `exit code ${exit.exitCode ?? 'unknown'}`;
}

function readPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

export function tailOf(file: string, from: number): string {
  try {
    return readFileSync(file).subarray(from).subarray(-LOG_TAIL_BYTES).toString('utf8');
  } catch {
    return '';
  }
}
