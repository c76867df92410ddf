import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

const STEP_TIMEOUT_MS = 10_000;
const TOTAL_TIMEOUT_MS = 25_000;
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

interface Step {
  readonly name: string;
  readonly stop: () => void | Promise<void>;
}

/** Stops an app in the reverse order in which its parts were started, in bounded time. */
export class Shutdown {
  readonly #steps: Step[] = [];
  readonly #controller = new AbortController();
  readonly #log: Logger;
  readonly #exit: (exitCode: number) => void;
  readonly #stepTimeoutMs: number;
  readonly #totalTimeoutMs: number;
  #stopping: Promise<boolean> | undefined;

  /** `exit` ends the process (`process.exit`); a step gets 10 s and all together 25 s unless told. */
  constructor(options: {
    readonly log: Logger;
    readonly exit: (exitCode: number) => void;
    readonly stepTimeoutMs?: number;
    readonly totalTimeoutMs?: number;
  }) {
    this.#log = options.log;
    this.#exit = options.exit;
    this.#stepTimeoutMs = options.stepTimeoutMs ?? STEP_TIMEOUT_MS;
    this.#totalTimeoutMs = options.totalTimeoutMs ?? TOTAL_TIMEOUT_MS;
  }

  /** Aborts when the stopping begins, for work that should end by itself. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Adds a part to stop; what was added last is stopped first. */
  add(name: string, stop: () => void | Promise<void>): void {
    this.#steps.push({ name, stop });
  }

  /** Stops and exits on SIGTERM and SIGINT (a second one exits at once), and on an error that nobody caught. */
  listen(): void {
    for (const name of STOP_SIGNALS) {
      process.on(name, () => {
        if (this.#stopping !== undefined) this.#exit(1);
        else void this.#stopAndExit(name, 0);
      });
    }
    const onDefect = (err: unknown): void => {
      this.#log.fatal({ err }, 'Uncaught error');
      void this.#stopAndExit('defect', 1);
    };
    process.on('uncaughtException', onDefect);
    process.on('unhandledRejection', onDefect);
  }

  /** Stops everything once; later calls wait for the same end. True when every part stopped in time without an error. */
  stop(reason: string): Promise<boolean> {
    this.#stopping ??= this.#stopAll(reason);
    return this.#stopping;
  }

  async #stopAndExit(reason: string, exitCode: number): Promise<void> {
    const isClean = await this.stop(reason);
    this.#exit(isClean ? exitCode : 1);
  }

  async #stopAll(reason: string): Promise<boolean> {
    this.#log.info({ reason }, 'Stopping');
    this.#controller.abort();
    const deadline = performance.now() + this.#totalTimeoutMs;
    let isClean = true;
    for (const step of this.#steps.splice(0).reverse()) {
      const leftMs = Math.max(0, deadline - performance.now());
      isClean = (await this.#stopStep(step, Math.min(this.#stepTimeoutMs, leftMs))) && isClean;
    }
    this.#log.info({ isClean }, 'Stopped');
    return isClean;
  }

  async #stopStep(step: Step, timeoutMs: number): Promise<boolean> {
    const timer = new AbortController();
    const late = sleep(timeoutMs, 'late' as const, { signal: timer.signal });
    late.catch(() => undefined);
    try {
      const stopping = Promise.resolve(step.stop());
      const outcome = await Promise.race([stopping, late]);
      if (outcome !== 'late') return true;
      stopping.catch(() => undefined);
      this.#log.error({ step: step.name, timeoutMs }, 'Stopping took too long');
    } catch (err) {
      this.#log.error({ step: step.name, err }, 'Stopping failed');
    } finally {
      timer.abort();
    }
    return false;
  }
}
