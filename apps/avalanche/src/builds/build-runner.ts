import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  collectableSchema,
  COLLECTABLES_MAX,
  type BuildFailure,
  type BuildOrder,
  type Collectable,
} from '@cairn/contracts';
import {
  type BuildSuccess,
  type Executor,
  type BuildOrder as ExecutorOrder,
} from '@cairn/executor';
import { type Logger } from '@cairn/observability';
import { z } from 'zod';
import { syncDirectory, syncFile } from '../durable-file.js';
import { type Attempt } from '../journal/domain/attempt.js';
import { type AttemptEvent } from '../journal/domain/attempt-transition.js';
import { type LogShelf } from '../log-spool/log-shelf.js';
import { type LogSpool } from '../log-spool/log-spool.js';
import { removeTree } from '../remove-tree.js';
import { type StateDirectory } from '../state-directory.js';
import { type Checkout, type WorkspaceService } from '../workspace/workspace.service.js';
import { ownFailure, reportedFailure } from './domain/executor-failure.js';

/** What builds are given beyond their order. */
export interface BuildSettings {
  /** Folders or URLs with upstreams by their SHA-256, asked before the network. */
  readonly lookaside: readonly string[];
  /** Allows upstreams on this machine and in private networks. */
  readonly allowPrivateAddresses: boolean;
  /** Processors for each build. */
  readonly jobs: number;
}

/** How a build ended: the event that its attempt goes on with. */
export type BuildEnd = Extract<AttemptEvent, { kind: 'succeeded' | 'failed' }>;

interface RunHooks {
  readonly signal: AbortSignal;
  onStep(step: string): void;
}

const collectablesSchema = z.array(collectableSchema).min(1).max(COLLECTABLES_MAX);
const DIRECTORY_MODE = 0o755;

/** Carries one order out: checkout, executor, log, artefacts. */
export class BuildRunner {
  readonly #state: StateDirectory;
  readonly #shelf: LogShelf;
  readonly #workspace: WorkspaceService;
  readonly #executor: Executor;
  readonly #settings: BuildSettings;
  readonly #log: Logger;

  constructor(parts: {
    readonly state: StateDirectory;
    readonly shelf: LogShelf;
    readonly workspace: WorkspaceService;
    readonly executor: Executor;
    readonly settings: BuildSettings;
    readonly log: Logger;
  }) {
    this.#state = parts.state;
    this.#shelf = parts.shelf;
    this.#workspace = parts.workspace;
    this.#executor = parts.executor;
    this.#settings = parts.settings;
    this.#log = parts.log;
  }

  /** Builds; returns when the log is complete and the artefacts are on the disk. Never throws: a defect is a failure. */
  async run(attempt: Attempt, hooks: RunHooks): Promise<BuildEnd> {
    const { order, slot } = attempt;
    const directory = this.#state.attempt(order.attemptId);
    try {
      await removeTree(directory.artefacts);
      await mkdir(directory.artefacts, { recursive: true, mode: DIRECTORY_MODE });
      await mkdir(path.join(directory.work, 'executor'), { recursive: true, mode: DIRECTORY_MODE });
      await mkdir(this.#state.downloads, { recursive: true, mode: DIRECTORY_MODE });
      const spool = this.#shelf.begin(order.attemptId, order.limits.logSizeBytes);
      return await this.#build({ order, slot, spool, hooks });
    } catch (error) {
      this.#log.error({ attemptId: order.attemptId, err: error }, 'Build ended by a defect');
      const message = error instanceof Error ? error.message : String(error);
      return failed(ownFailure({ code: 'builder.defect', step: 'build', message }));
    } finally {
      this.#shelf.end(order.attemptId);
      await removeTree(directory.work).catch((error: unknown) =>
        this.#log.error({ attemptId: order.attemptId, err: error }, 'Work directory not removed'),
      );
    }
  }

  async #build(build: {
    readonly order: BuildOrder;
    readonly slot: number;
    readonly spool: LogSpool;
    readonly hooks: RunHooks;
  }): Promise<BuildEnd> {
    const { order, slot, spool, hooks } = build;
    const log = new GuardedLog(spool);
    const signal = AbortSignal.any([hooks.signal, log.failed]);
    hooks.onStep('checkout');
    log.line(introductionOf(order));
    const checkout = await this.#workspace.prepare(order, signal);
    if (!checkout.ok) {
      log.line(checkout.error.message);
      return failed(log.failure() ?? checkout.error);
    }
    const outcome = await this.#executor.build(
      this.#executorOrder({ order, slot, checkout: checkout.value }),
      { log: (bytes) => log.append(bytes), phase: (name) => hooks.onStep(name.slice(0, 64)) },
      signal,
    );
    const logFailure = log.failure();
    if (logFailure !== undefined) return failed(logFailure);
    return outcome.outcome === 'success'
      ? this.#keep(order, outcome)
      : failed(reportedFailure(outcome));
  }

  #executorOrder(build: {
    readonly order: BuildOrder;
    readonly slot: number;
    readonly checkout: Checkout;
  }): ExecutorOrder {
    const { order, slot, checkout } = build;
    const directory = this.#state.attempt(order.attemptId);
    const { timeMs, silenceMs, memoryBytes, processes, logSizeBytes, diskBytes } = order.limits;
    return {
      ...checkout,
      architecture: order.architecture,
      buildRelease: order.buildRelease,
      sourceDateEpoch: order.sourceDateEpoch,
      workDir: path.join(directory.work, 'executor'),
      outDir: directory.artefacts,
      dependencies: { repositories: order.remotes, without: order.without ?? [] },
      lookaside: this.#settings.lookaside,
      downloadCacheDir: this.#state.downloads,
      networkPolicy: order.networkAllowed ? 'allow-if-asked' : 'deny',
      upstreamPolicy: {
        allowNetwork: true,
        allowPrivateTargets: this.#settings.allowPrivateAddresses,
      },
      limits: { timeMs, silenceMs, memoryBytes, processes, diskBytes, logBytes: logSizeBytes },
      jobs: this.#settings.jobs,
      slot,
    };
  }

  /** Makes the artefacts survive a power cut before anybody is told of them. */
  async #keep(order: BuildOrder, success: BuildSuccess): Promise<BuildEnd> {
    const { artefacts } = this.#state.attempt(order.attemptId);
    const checked = collectablesSchema.safeParse(success.collectables);
    const isElsewhere = success.collectables.some(
      (file) => path.resolve(file.path) !== path.join(artefacts, file.name),
    );
    if (!checked.success || isElsewhere) {
      const message = checked.success
        ? 'An artefact is not in the output directory.'
        : z.prettifyError(checked.error);
      return failed(ownFailure({ code: 'builder.bad-artefacts', step: 'collect', message }));
    }
    const collectables: readonly Collectable[] = checked.data;
    for (const { name } of collectables) await syncFile(path.join(artefacts, name));
    await syncDirectory(artefacts);
    return { kind: 'succeeded', collectables };
  }
}

/** A log whose failing write (a full disk) stops the build instead of this process. */
class GuardedLog {
  readonly #spool: LogSpool;
  readonly #controller = new AbortController();
  #error: Error | undefined;

  constructor(spool: LogSpool) {
    this.#spool = spool;
  }

  /** Aborted when a write has failed. */
  get failed(): AbortSignal {
    return this.#controller.signal;
  }

  append(bytes: Uint8Array): void {
    if (this.#error !== undefined) return;
    try {
      this.#spool.append(bytes);
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#controller.abort();
    }
  }

  line(text: string): void {
    this.append(Buffer.from(`${text}\n`));
  }

  failure(): BuildFailure | undefined {
    if (this.#error === undefined) return undefined;
    const message = `The log could not be written: ${this.#error.message}`;
    return ownFailure({ code: 'builder.log-unwritable', step: 'log', message });
  }
}

function introductionOf(order: BuildOrder): string {
  const { source, version, sourceRelease, buildRelease, architecture, repository } = order;
  const name = `${source} ${version}-${sourceRelease} (build ${buildRelease}) for ${architecture}`;
  return `Building ${name} from ${repository.recipePath} at ${repository.commit}`;
}

function failed(failure: BuildFailure): BuildEnd {
  return { kind: 'failed', failure };
}
