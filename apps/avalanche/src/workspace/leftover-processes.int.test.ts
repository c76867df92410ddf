import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@cairn/testing';
import { afterEach, expect, it } from 'vitest';
import { killLeftovers } from './leftover-processes.js';

const root = mkdtempSync(path.join(tmpdir(), 'cairn-leftover-'));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const IN_NAMESPACE = ['-Urm', 'sh', '-c', 'mount --bind "$1" /mnt && exec sleep 60', 'sh'];
const canUnshare = spawnSync('unshare', ['-Urm', 'true']).status === 0;

/** A process as an executor leaves it: in a mount namespace of its own, with the attempt's directory mounted. */
function startIn(attemptId: string): ChildProcess {
  const dir = path.join(root, 'attempts', attemptId, 'work');
  mkdirSync(dir, { recursive: true });
  const child = spawn('unshare', [...IN_NAMESPACE, dir], { stdio: 'ignore' });
  started.push(child);
  return child;
}

it.skipIf(!canUnshare)('kills the processes of one attempt and no others', async () => {
  const lost = randomUUID();
  const other = randomUUID();
  const child = startIn(lost);
  const bystander = startIn(other);
  const watcher = spawn('sleep', ['60'], {
    cwd: path.join(root, 'attempts', lost),
    stdio: 'ignore',
  });
  started.push(watcher);
  await eventually(() => expect(killLeftovers(lost)).toBe(1));
  await eventually(() => expect(child.signalCode).toBe('SIGKILL'));
  expect(killLeftovers(randomUUID())).toBe(0);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  expect(watcher.signalCode).toBeNull();
});
