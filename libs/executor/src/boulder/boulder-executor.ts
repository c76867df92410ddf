import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run, type ExecError } from '@cairn/exec';
import { BuildLog } from '../build-log.js';
import { type BuildOrder } from '../build-order.js';
import { type BuildOutcome, type FailureCode } from '../build-outcome.js';
import { type BuildEvents, type Executor, type PreflightReport } from '../executor.js';
import { failure } from '../failure.js';
import { collectArtefacts, copyCommittedManifests } from './boulder-artefacts.js';
import { boulderCommand, boulderProfile, BOULDER_PROFILE } from './boulder-command.js';
import { phaseOfBoulderLine, readComplaint } from './boulder-output.js';

export interface BoulderExecutorOptions {
  /** Absolute path of boulder. Default: `/usr/bin/boulder`. */
  readonly boulderPath?: string;
  /** Home of the user that builds; boulder keeps its caches below it unless it runs as root. */
  readonly homeDir: string;
  /** Holds a build against the manifest beside its recipe, where there is one. */
  readonly verifyCommitted: boolean;
}

const PROBE_TIMEOUT_MS = 10_000;
const PROBE_OUTPUT_BYTES = 65_536;
const COMPLAINT_BYTES = 65_536;

/** Builds with the distribution's own boulder, in its own root. */
export function boulderExecutor(options: BoulderExecutorOptions): Executor {
  return new BoulderExecutor(options);
}

class BoulderExecutor implements Executor {
  readonly name = 'boulder';
  readonly #options: BoulderExecutorOptions;
  readonly #boulderPath: string;

  constructor(options: BoulderExecutorOptions) {
    this.#options = options;
    this.#boulderPath = options.boulderPath ?? '/usr/bin/boulder';
  }

  async preflight(): Promise<PreflightReport> {
    const outcome = await run({
      command: this.#boulderPath,
      args: ['version'],
      env: this.#environment(0),
      timeoutMs: PROBE_TIMEOUT_MS,
      outputBytesMax: PROBE_OUTPUT_BYTES,
    });
    const works = outcome.ok && outcome.value.exitCode === 0;
    const message = `${this.#boulderPath} does not answer. Install boulder, or let this builder use the sandbox executor.`;
    return {
      ready: works,
      problems: works ? [] : [{ code: 'boulder.unavailable', message }],
      warnings: [],
    };
  }

  async build(order: BuildOrder, events: BuildEvents, signal: AbortSignal): Promise<BuildOutcome> {
    const log = new BuildLog(events);
    log.enter('read', order.recipeFile);
    const configDir = path.join(order.workDir, 'etc/boulder');
    const profileDir = path.join(configDir, 'profile.d');
    await mkdir(profileDir, { recursive: true });
    await mkdir(order.outDir, { recursive: true });
    await writeFile(path.join(profileDir, `${BOULDER_PROFILE}.yaml`), boulderProfile(order));
    const recipeFolder = path.dirname(path.join(order.recipeDir, order.recipeFile));
    const manifest = path.join(recipeFolder, `manifest.${order.architecture}.bin`);
    const verifyManifest =
      this.#options.verifyCommitted && existsSync(manifest) ? manifest : undefined;
    const failed = await this.#run(order, { configDir, verifyManifest, log, signal });
    if (failed !== undefined) return failed;
    if (verifyManifest !== undefined)
      await copyCommittedManifests({
        recipeFolder,
        architecture: order.architecture,
        outDir: order.outDir,
      });
    log.enter('collect');
    const artefacts = await collectArtefacts(order.outDir);
    if (!artefacts.ok)
      return failure({ code: 'build.collect-failed', phase: 'collect', message: artefacts.error });
    if (artefacts.value.packages.length === 0)
      return failure({
        code: 'build.nothing-installed',
        phase: 'collect',
        message: 'boulder wrote no package.',
      });
    return { outcome: 'success', ...artefacts.value };
  }

  async #run(
    order: BuildOrder,
    facts: {
      readonly configDir: string;
      readonly verifyManifest: string | undefined;
      readonly log: BuildLog;
      readonly signal: AbortSignal;
    },
  ): Promise<BuildOutcome | undefined> {
    const { log } = facts;
    const watch = new OutputWatch(log);
    const outcome = await run({
      ...boulderCommand(order, {
        boulderPath: this.#boulderPath,
        configDir: facts.configDir,
        verifyManifest: facts.verifyManifest,
      }),
      cwd: order.recipeDir,
      env: this.#environment(order.sourceDateEpoch),
      timeoutMs: order.limits.timeMs,
      silenceMs: order.limits.silenceMs,
      outputBytesMax: order.limits.logBytes,
      capture: false,
      signal: facts.signal,
      onOutput: (chunk) => watch.take(chunk),
    });
    if (!outcome.ok)
      return failure({
        code: LIMIT_CODES[outcome.error.code],
        phase: watch.phase,
        message: outcome.error.message,
        excerpt: log.excerpt(),
        errorLine: outcome.error.code,
      });
    if (outcome.value.exitCode === 0) return undefined;
    const complaint = readComplaint(watch.tail);
    return failure({
      ...complaint,
      phase: watch.phase,
      excerpt: log.excerpt(),
      // Boulder's two streams arrive in any order, so the first line that looks like an error is not always the same.
      errorLine: complaint.message,
    });
  }

  #environment(sourceDateEpoch: number): Record<string, string> {
    return {
      PATH: '/usr/bin:/usr/sbin:/bin:/sbin',
      HOME: this.#options.homeDir,
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      SOURCE_DATE_EPOCH: String(sourceDateEpoch),
    };
  }
}

/** Follows boulder's output: passes it on, notices the phase it is in, keeps its end. */
class OutputWatch {
  readonly #log: BuildLog;
  #tail = '';
  #partial = '';
  #phase = 'prepare-root';

  constructor(log: BuildLog) {
    this.#log = log;
  }

  get phase(): string {
    return this.#phase;
  }

  get tail(): string {
    return this.#tail;
  }

  take(chunk: Buffer): void {
    const text = chunk.toString('utf8');
    this.#tail = (this.#tail + text).slice(-COMPLAINT_BYTES);
    const lines = (this.#partial + text).split('\n');
    this.#partial = (lines.pop() ?? '').slice(-COMPLAINT_BYTES);
    for (const line of lines) {
      const phase = phaseOfBoulderLine(line);
      if (phase === undefined || phase === this.#phase) continue;
      this.#phase = phase;
      this.#log.enter(phase);
    }
    this.#log.write(chunk);
  }
}

const LIMIT_CODES: Readonly<Record<ExecError['code'], FailureCode>> = {
  'exec.bad-argument': 'boulder.failed',
  'exec.not-found': 'boulder.unavailable',
  'exec.spawn-failed': 'boulder.unavailable',
  'exec.cancelled': 'build.cancelled',
  'exec.time-limit': 'build.time-limit',
  'exec.silence-limit': 'build.silence-limit',
  'exec.output-limit': 'build.log-limit',
};
