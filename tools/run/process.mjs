import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';

/** The root of the checkout. */
export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
/** Where npm puts the programs of packages, Node 24 among them. */
export const binFolder = join(root, 'node_modules/.bin');
const SYSTEM_FOLDERS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** The environment of child processes: the workspace's programs first, the system's folders always. */
export function childEnvironment(extra = {}) {
  const own = (process.env.PATH ?? '').split(':').filter((dir) => dir !== '' && dir !== binFolder);
  const path = [binFolder, ...own, ...SYSTEM_FOLDERS.filter((dir) => !own.includes(dir))];
  return { ...process.env, PATH: path.join(':'), ...extra };
}

/** True once somebody asked us to stop: what is under way is ended, and nothing new should begin. */
export let isInterrupted = false;

/** Hands SIGTERM on to a child until the returned function is called. The terminal sends SIGINT to both of us. */
function passSignals(child) {
  const pass = (signal) => {
    isInterrupted = true;
    if (signal === 'SIGTERM') child.kill(signal);
  };
  process.on('SIGTERM', pass);
  process.on('SIGINT', pass);
  return () => {
    process.off('SIGTERM', pass);
    process.off('SIGINT', pass);
  };
}

/** Runs a program on our terminal to its end and returns its exit code; a signal that we get, it gets. */
export function runToEnd(command, args, { env = {}, cwd = root, timeoutMs } = {}) {
  return new Promise((resolveCode, reject) => {
    const child = spawn(command, args, { cwd, env: childEnvironment(env), stdio: 'inherit' });
    const timer = killLater(child, timeoutMs);
    const release = passSignals(child);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      release();
      resolveCode(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Runs a program quietly; what it wrote (both streams, in order) comes back with its exit code. */
export function runQuietly(command, args, { env = {}, cwd = root, timeoutMs, input } = {}) {
  return new Promise((resolveResult, reject) => {
    const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, env: childEnvironment(env), stdio });
    const timer = killLater(child, timeoutMs);
    const release = passSignals(child);
    const output = [];
    child.stdout.on('data', (bytes) => output.push(bytes));
    child.stderr.on('data', (bytes) => output.push(bytes));
    if (input !== undefined) child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      release();
      resolveResult({ exitCode: code ?? 1, output: Buffer.concat(output).toString('utf8') });
    });
  });
}

function killLater(child, timeoutMs) {
  if (timeoutMs === undefined) return undefined;
  return setTimeout(() => child.kill('SIGKILL'), timeoutMs);
}
