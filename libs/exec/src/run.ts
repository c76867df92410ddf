import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { err, ok, type Result } from '@cairn/std';
import { descendantsOf, signalTree, TERMINATE_GRACE_MS } from './process-tree.js';
import {
  MINIMAL_ENVIRONMENT,
  type ExecError,
  type RunOrder,
  type RunOutcome,
} from './run-outcome.js';

const SETPRIV = '/usr/bin/setpriv';

/**
 * Runs one command to its end. The whole process tree is stopped (SIGTERM, then SIGKILL) on cancel and at every limit.
 * Fails with an `ExecError` when the command cannot start or was stopped; any exit code is a success here.
 */
export async function run(order: RunOrder): Promise<Result<RunOutcome, ExecError>> {
  const bad = badArgument(order);
  if (bad !== undefined) return err({ code: 'exec.bad-argument', message: bad });
  if (order.signal?.aborted === true) return err(CANCELLED);
  return new Promise((resolve) => {
    watch(order, resolve);
  });
}

const CANCELLED: ExecError = { code: 'exec.cancelled', message: 'The command was cancelled.' };

function badArgument(order: RunOrder): string | undefined {
  if (order.command === '' || order.command.startsWith('-'))
    return 'The command name is empty or looks like an option.';
  const texts = [
    order.command,
    ...order.args,
    order.cwd ?? '',
    ...Object.entries(order.env ?? {}).flat(),
  ];
  return texts.some((text) => text.includes('\0'))
    ? 'An argument holds a NUL character.'
    : undefined;
}

function start(order: RunOrder): ChildProcess {
  // setpriv execs the command in place, so the pid stays; without it a killed parent leaves the child running.
  const withParent = existsSync(SETPRIV);
  const command = withParent ? SETPRIV : order.command;
  const args = withParent
    ? ['--pdeathsig', 'KILL', '--', order.command, ...order.args]
    : [...order.args];
  return spawn(command, args, {
    cwd: order.cwd,
    env: { ...(order.env ?? MINIMAL_ENVIRONMENT) },
    detached: true,
    shell: false,
    stdio: [order.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
}

function watch(order: RunOrder, resolve: (result: Result<RunOutcome, ExecError>) => void): void {
  const startedAt = performance.now();
  const child = start(order);
  const captured = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let outputBytes = 0;
  let stopped: ExecError | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  let silenceTimer: NodeJS.Timeout | undefined;

  const stop = (reason: ExecError): void => {
    if (stopped !== undefined || child.pid === undefined) return;
    stopped = reason;
    const leader = child.pid;
    const known = new Set(descendantsOf(leader));
    order.onStop?.([...known]);
    signalTree(leader, [...known], 'SIGTERM');
    killTimer = setTimeout(() => {
      for (const pid of descendantsOf(leader)) known.add(pid);
      signalTree(leader, [...known], 'SIGKILL');
      // A process that left the tree may hold the pipes open for ever: we no longer listen.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, TERMINATE_GRACE_MS);
  };
  const onAbort = (): void => stop(CANCELLED);
  const timeTimer = setTimeout(() => stop(timeLimit(order.timeoutMs)), order.timeoutMs);
  const listenForSilence = (): void => {
    clearTimeout(silenceTimer);
    const limitMs = order.silenceMs;
    if (limitMs !== undefined)
      silenceTimer = setTimeout(() => stop(silenceLimit(limitMs)), limitMs);
  };
  const onChunk = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
    if (stopped !== undefined) return;
    const room = order.outputBytesMax - outputBytes;
    const kept = chunk.byteLength > room ? chunk.subarray(0, room) : chunk;
    outputBytes += chunk.byteLength;
    if (order.capture !== false) captured[stream].push(kept);
    order.onOutput?.(kept, stream);
    listenForSilence();
    if (outputBytes > order.outputBytesMax) stop(outputLimit(order.outputBytesMax));
  };
  const finish = (result: Result<RunOutcome, ExecError>): void => {
    for (const timer of [timeTimer, silenceTimer, killTimer]) clearTimeout(timer);
    order.signal?.removeEventListener('abort', onAbort);
    resolve(result);
  };

  order.signal?.addEventListener('abort', onAbort, { once: true });
  child.stdout?.on('data', onChunk('stdout'));
  child.stderr?.on('data', onChunk('stderr'));
  child.on('error', (error: NodeJS.ErrnoException) => finish(err(startError(order, error))));
  child.on('spawn', () => {
    if (child.pid !== undefined) order.onStart?.(child.pid);
    listenForSilence();
  });
  child.on('exit', () => {
    // What the leader left behind in its group must not outlive it, and must not hold the pipes open.
    if (child.pid !== undefined) signalTree(child.pid, [], 'SIGKILL');
  });
  child.on('close', (exitCode, signal) => {
    const durationMs = performance.now() - startedAt;
    if (stopped !== undefined) {
      finish(err(stopped));
      return;
    }
    const stdout = Buffer.concat(captured.stdout);
    const stderr = Buffer.concat(captured.stderr);
    if (
      exitCode === SETPRIV_NOT_STARTED &&
      stderr.toString('latin1').startsWith('setpriv: failed to execute')
    ) {
      finish(
        err({ code: 'exec.not-found', message: `The command ${order.command} was not found.` }),
      );
      return;
    }
    finish(ok({ exitCode, signal, stdout, stderr, durationMs }));
  });
  feed(child, order.stdin);
}

/** The exit code of setpriv when the command does not exist. */
const SETPRIV_NOT_STARTED = 127;

function feed(child: ChildProcess, stdin: string | Uint8Array | undefined): void {
  // A child may close its input early; that is its right and shows in its exit code.
  child.stdin?.on('error', () => undefined);
  if (stdin !== undefined) child.stdin?.end(stdin);
}

function startError(order: RunOrder, error: NodeJS.ErrnoException): ExecError {
  return error.code === 'ENOENT'
    ? {
        code: 'exec.not-found',
        message: `The command ${order.command} or its working directory was not found.`,
      }
    : {
        code: 'exec.spawn-failed',
        message: `The command ${order.command} did not start: ${error.message}`,
      };
}

function timeLimit(limitMs: number): ExecError {
  return {
    code: 'exec.time-limit',
    message: `The command ran longer than ${limitMs} ms.`,
    limitMs,
  };
}

function silenceLimit(limitMs: number): ExecError {
  return {
    code: 'exec.silence-limit',
    message: `The command printed nothing for ${limitMs} ms.`,
    limitMs,
  };
}

function outputLimit(limitBytes: number): ExecError {
  return {
    code: 'exec.output-limit',
    message: `The command printed more than ${limitBytes} bytes.`,
    limitBytes,
  };
}
