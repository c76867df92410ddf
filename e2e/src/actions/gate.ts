import { eventually } from '@cairn/testing';
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type World } from './world.js';

const REACHED_TIMEOUT_MS = 60_000;

/** Lines that make a build wait until the test opens its gate. */
export const WAIT_AT_GATE: readonly string[] = [
  'echo waiting at the gate',
  'touch /mason/build/reached',
  'until [ -e /mason/build/open ]; do sleep 0.1; done',
];

/** Waits until a build stands at its gate. */
export async function reachGate(
  world: World,
  at: { readonly builder: string; readonly attemptId: string },
): Promise<void> {
  await eventually(
    () => {
      if (!existsSync(join(buildFolder(world, at), 'reached'))) throw new Error('not there yet');
    },
    { timeoutMs: REACHED_TIMEOUT_MS },
  );
}

/** Waits until a build stands at its gate, and lets it through. */
export async function openGate(
  world: World,
  at: { readonly builder: string; readonly attemptId: string },
): Promise<void> {
  await reachGate(world, at);
  writeFileSync(join(buildFolder(world, at), 'open'), '');
}

function buildFolder(
  world: World,
  { builder, attemptId }: { readonly builder: string; readonly attemptId: string },
): string {
  const work = join(world.dir, 'builders', builder, 'attempts', attemptId, 'work/executor');
  const [folder] = globSync(join(work, 'cairn-build-*/build'));
  if (folder === undefined) throw new Error(`${builder} has no build folder for ${attemptId}`);
  return folder;
}
