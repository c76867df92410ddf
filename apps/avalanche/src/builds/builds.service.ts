import { existsSync } from 'node:fs';
import { type AttemptReport, type AttemptVerdict, type BuildOrder } from '@cairn/contracts';
import { type Logger } from '@cairn/observability';
import { type Clock } from '@cairn/std';
import { type AttemptLedger } from '../journal/attempt-ledger.js';
import { isRunning, type Attempt, type StopReason } from '../journal/domain/attempt.js';
import { reconcile, reportOf } from '../journal/domain/reconcile.js';
import { failureOfStop } from '../journal/domain/stop-failure.js';
import { type LogShelf } from '../log-spool/log-shelf.js';
import { type MachineService } from '../machine/machine.service.js';
import { type StateDirectory } from '../state-directory.js';
import { killLeftovers } from '../workspace/leftover-processes.js';
import { type BuildEnd, type BuildRunner } from './build-runner.js';
import { OrderDesk } from './order-desk.js';

/** A stopped build that is not gone after this long is killed by its traces in /proc. */
const STOP_GRACE_MS = 15_000;
/** A cancellation is answered after this long even when the disk does not take the journal. */
const CANCEL_ANSWER_MS = 2_000;

interface RunningBuild {
  readonly controller: AbortController;
  step: string | undefined;
  done: Promise<void>;
}

interface BuildsParts {
  readonly state: StateDirectory;
  readonly ledger: AttemptLedger;
  readonly shelf: LogShelf;
  readonly machine: MachineService;
  readonly runner: BuildRunner;
  readonly slots: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Takes orders, runs their builds, stops them, and says how they are. */
export class BuildsService {
  readonly #parts: BuildsParts;
  readonly #desk: OrderDesk;
  readonly #running = new Map<string, RunningBuild>();
  #isStopping = false;

  constructor(parts: BuildsParts) {
    this.#parts = parts;
    this.#desk = new OrderDesk({ ...parts, isDraining: () => this.#isDraining() });
  }

  /** Turns what an earlier process left behind into results; call once, after the ledger has loaded. */
  async recover(): Promise<void> {
    const { ledger, log } = this.#parts;
    for (const attempt of [...ledger.all().values()].filter(isRunning)) {
      const { attemptId } = attempt.order;
      const killed = killLeftovers(attemptId);
      log.warn({ attemptId, killed }, 'Build lost by a restart');
      await ledger.apply(attemptId, { kind: 'restarted' });
    }
  }

  /** Takes an order: answered when it is journalled, refused with the reason. */
  async order(order: BuildOrder): Promise<{ slot: number }> {
    const { attemptId, source, version, sourceRelease, buildRelease } = order;
    const { slot, isDuplicate } = await this.#desk.take(order);
    if (!isDuplicate) {
      const facts = { attemptId, slot, source, version, sourceRelease, buildRelease };
      this.#parts.log.info(facts, 'Order taken');
      this.#launch(attemptId);
      if (this.#isStopping) void this.#stop(attemptId, 'shutdown');
    }
    return { slot };
  }

  /** Stops a build or drops its result. Answered at once; the processes are gone soon after. */
  async cancel(order: { readonly attemptId: string; readonly fence: number }): Promise<{
    state: 'stopping' | 'unknown';
  }> {
    const attempt = this.#parts.ledger.get(order.attemptId);
    if (attempt?.order.fence !== order.fence) return { state: 'unknown' };
    const timer = new AbortController();
    const late = new Promise<void>((resolve) => {
      const timeout = setTimeout(resolve, CANCEL_ANSWER_MS);
      timer.signal.addEventListener('abort', () => clearTimeout(timeout));
    });
    await Promise.race([this.#stop(order.attemptId, 'cancelled'), late]);
    timer.abort();
    return { state: 'stopping' };
  }

  /** Does what summit decided on the attempts that it was told of. */
  async applyVerdicts(verdicts: readonly AttemptVerdict[]): Promise<void> {
    const { ledger } = this.#parts;
    for (const { attemptId, event } of reconcile(ledger.all(), verdicts)) {
      if (event.kind === 'stop-requested') await this.#stop(attemptId, event.reason);
      else await ledger.apply(attemptId, event);
    }
  }

  /** Every open attempt as summit wants to hear of it. */
  reports(): AttemptReport[] {
    const { ledger, shelf } = this.#parts;
    return [...ledger.all().values()].flatMap((attempt) => {
      const { attemptId } = attempt.order;
      const step = this.#running.get(attemptId)?.step;
      const report = reportOf(attempt, { step, logSizeBytes: shelf.sizeBytes(attemptId) });
      return report === null ? [] : [report];
    });
  }

  /** Why no orders are taken now, if so. */
  refusing(): 'draining' | 'disk-full' | undefined {
    if (this.#isDraining()) return 'draining';
    return this.#parts.machine.isDiskFull() ? 'disk-full' : undefined;
  }

  /** Takes no more orders, ends every build as failed by the shutdown, and waits until they are journalled. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const running = [...this.#running];
    await Promise.all(running.map(([attemptId]) => this.#stop(attemptId, 'shutdown')));
    await Promise.allSettled(running.map(([, build]) => build.done));
  }

  #isDraining(): boolean {
    return this.#isStopping || existsSync(this.#parts.state.drainFile);
  }

  async #stop(attemptId: string, reason: StopReason): Promise<void> {
    // The event is in its queue before the build can end, so the end is counted as a stop.
    const applied = this.#parts.ledger.apply(attemptId, { kind: 'stop-requested', reason });
    const build = this.#running.get(attemptId);
    if (build !== undefined && !build.controller.signal.aborted) {
      build.controller.abort();
      this.#watchStop(attemptId, build);
    }
    await applied;
  }

  #watchStop(attemptId: string, build: RunningBuild): void {
    const { log } = this.#parts;
    const timer = setTimeout(() => {
      log.error({ attemptId, killed: killLeftovers(attemptId) }, 'Stopped build did not end');
    }, STOP_GRACE_MS);
    void build.done.finally(() => clearTimeout(timer));
  }

  #launch(attemptId: string): void {
    const build: RunningBuild = {
      controller: new AbortController(),
      step: undefined,
      done: Promise.resolve(),
    };
    this.#running.set(attemptId, build);
    build.done = this.#run(attemptId, build)
      .catch((error: unknown) => this.#parts.log.error({ attemptId, err: error }, 'Build lost'))
      .finally(() => this.#running.delete(attemptId));
  }

  async #run(attemptId: string, build: RunningBuild): Promise<void> {
    const { ledger, runner } = this.#parts;
    const started = await ledger.apply(attemptId, { kind: 'started' });
    // A stop that was faster leaves nothing to build, only the end to be told.
    const end: BuildEnd = started.ok
      ? await runner.run(started.value, hooksOf(build))
      : { kind: 'failed', failure: failureOfStop('cancelled') };
    const ended = await ledger.apply(attemptId, end);
    if (ended.ok) this.#logEnd(ended.value);
  }

  #logEnd(attempt: Attempt): void {
    const { attemptId } = attempt.order;
    const { result } = attempt;
    if (result?.kind === 'success') {
      this.#parts.log.info({ attemptId, files: result.collectables.length }, 'Build succeeded');
    } else if (result !== undefined) {
      const { code, step } = result.failure;
      this.#parts.log.info({ attemptId, code, step, class: result.failure.class }, 'Build failed');
    }
  }
}

function hooksOf(build: RunningBuild) {
  return {
    signal: build.controller.signal,
    onStep: (step: string): void => {
      build.step = step;
    },
  };
}
