import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitOf, stopChild, tailOf } from '../servers/server-process.js';
import { noteEnded, noteRunning, type ServerExit } from '../servers/running-server.js';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 25;
const STOP_MS = 30_000;

/** How one of our apps is run. */
export interface AppOrder {
  readonly name: string;
  /** Its compiled entry point. */
  readonly main: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folder of its log. */
  readonly logDir: string;
  /** JSON file that the app writes when it is ready; holds at least its pid. */
  readonly readyFile: string;
}

/** A running app; `facts` is what it wrote when it was ready. */
export interface RunningApp {
  readonly name: string;
  readonly pid: number;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly logFile: string;
  readonly exited: Promise<ServerExit>;
  /** SIGTERM, and after 30 s SIGKILL. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts one of our apps as a process of its own and waits until it says that it is ready. The error of a failed start ends with its log. */
export async function startApp(order: AppOrder): Promise<RunningApp> {
  mkdirSync(order.logDir, { recursive: true });
  const logFile = join(order.logDir, `${order.name}.log`);
  const log = openSync(logFile, 'a', 0o640);
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'TERM', process.execPath, order.main, ...(order.args ?? [])],
    {
      // A process group of its own: Ctrl-C on the terminal is for us, who stop it in order.
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...basicEnvironment(), ...order.env },
    },
  );
  closeSync(log);
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${order.name} could not be started`);
  noteRunning({ pid, name: order.name });
  void exited.then(() => noteEnded(pid));
  try {
    const facts = await readyFacts(order, pid, exited);
    return {
      name: order.name,
      pid,
      facts,
      logFile,
      exited,
      stop: () => stopChild(child, { exited, steps: [{ signal: 'SIGTERM', waitMs: STOP_MS }] }),
      kill: async (signal) => {
        child.kill(signal);
        if (signal === 'SIGKILL' || signal === 'SIGTERM') await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${order.name} did not start: ${reason}\n${tailOf(logFile, 0)}`, {
      cause: error,
    });
  }
}

/** What every app gets of our environment; all else is said explicitly. */
function basicEnvironment(): Record<string, string> {
  const names = [
    'PATH',
    'HOME',
    'USER',
    'TMPDIR',
    'NODE_EXTRA_CA_CERTS',
    'HTTPS_PROXY',
    'NO_PROXY',
  ];
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function readyFacts(
  order: AppOrder,
  pid: number,
  exited: Promise<ServerExit>,
): Promise<Record<string, unknown>> {
  const end: { exit?: ServerExit } = {};
  void exited.then((exit) => (end.exit = exit));
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (end.exit !== undefined)
      throw new Error(`it ended at once (exit code ${end.exit.exitCode ?? '-'})`);
    const facts = readJson(order.readyFile);
    if (facts?.['pid'] === pid) return facts;
    await sleep(READY_POLL_MS);
  }
  throw new Error(`it was not ready after ${READY_TIMEOUT_MS} ms`);
}

function readJson(path: string): Record<string, unknown> | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}
