import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '@cairn/exec';

const SLIRP = '/usr/bin/slirp4netns';
const READY_FILE = 'network-ready';
const READY_WAIT_MS = 10_000;
const READY_POLL_MS = 10;
const OUTPUT_BYTES = 1_048_576;
const MTU_BYTES = 65_520;

/** Address of the name server inside a user-mode network. */
export const USER_NETWORK_NAME_SERVER = '10.0.2.3';

/** Whether this machine can give a build a network of its own. */
export function hasUserNetwork(): boolean {
  return existsSync(SLIRP);
}

/** Path of the file by which the inside says that its network namespace exists. */
export function networkReadyFile(statusDir: string): string {
  return path.join(statusDir, READY_FILE);
}

/**
 * Gives the network namespace of a process a user-mode network: the outside can be reached, the host's loopback cannot.
 * Runs until the signal. The inside waits for its interface; when none comes, the sandbox is not entered, so that a fault
 * of the builder is not taken for one of the recipe.
 */
export async function serveUserNetwork(order: {
  readonly pid: number;
  readonly readyFile: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const endMs = performance.now() + READY_WAIT_MS;
  while (!existsSync(order.readyFile)) {
    if (order.signal.aborted || performance.now() > endMs) return;
    await sleep(READY_POLL_MS);
  }
  await run({
    command: SLIRP,
    args: [
      '--configure',
      `--mtu=${MTU_BYTES}`,
      '--disable-host-loopback',
      '--enable-sandbox',
      '--enable-seccomp',
      String(order.pid),
      'tap0',
    ],
    cwd: '/',
    timeoutMs: order.timeoutMs,
    outputBytesMax: OUTPUT_BYTES,
    signal: order.signal,
  });
}
