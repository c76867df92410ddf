// The program that is shipped, as a process of its own: what is killed must be a real one.
import { eventually } from '@cairn/testing';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { REPOSITORY_ROOT } from './vessel-world.conformance.js';

const BIN = join(REPOSITORY_ROOT, 'node_modules/.bin');
const MAIN = join(REPOSITORY_ROOT, 'apps/vessel/dist/main.js');
const READY_TIMEOUT_MS = 30_000;
/** Compiling may take so long. */
export const BUILD_TIMEOUT_MS = 240_000;

/** Compiles vessel as it is shipped. */
export function buildVessel(): void {
  execFileSync(join(BIN, 'tsc'), ['-b', 'apps/vessel/tsconfig.build.json'], {
    cwd: REPOSITORY_ROOT,
    stdio: 'inherit',
  });
}

/** At most one vessel at a time. */
export class VesselProcess {
  private running: ChildProcess | undefined;

  /** Starts it and waits until it is ready; `through` runs it inside another program. Returns its address. */
  async start(
    environment: Readonly<Record<string, string>>,
    through: {
      readonly command: readonly string[];
      /** The data folder as it looks from outside. */
      readonly dataDir: string;
      /** Where it listens when that is known; then nothing is read from its folder. */
      readonly url?: string;
    } = { command: [], dataDir: environment['VESSEL_DATA_DIR'] ?? '' },
  ): Promise<string> {
    const [program, ...args] = [...through.command, join(BIN, 'node'), MAIN];
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.running = child;
    return eventually(
      async () => {
        if (through.url !== undefined) {
          expect((await fetch(`${through.url}/readyz`)).status).toBe(200);
          return through.url;
        }
        const text = readFileSync(join(through.dataDir, 'vessel.json'), 'utf8');
        const facts = JSON.parse(text) as { readonly pid: number; readonly url: string };
        expect(facts.pid).toBe(child.pid);
        return facts.url;
      },
      { timeoutMs: READY_TIMEOUT_MS },
    );
  }

  /** Ends it and returns its exit code; null when it was killed or not there. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.running;
    this.running = undefined;
    if (child === undefined) return null;
    // It may have ended by itself.
    if (child.exitCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }
}
