import { setTimeout as sleep } from 'node:timers/promises';

const CHECK_TIMEOUT_MS = 2_000;

/** Resolves when what it looks at works; its signal aborts when the answer comes too late to count. */
export type HealthCheck = (signal: AbortSignal) => Promise<void>;

/** The state of one thing that the app needs. */
export type CheckReport =
  { readonly status: 'up' } | { readonly status: 'down'; readonly reason: string };

/** `up` only when every check is. */
export interface HealthReport {
  readonly status: 'up' | 'down';
  readonly checks: Readonly<Record<string, CheckReport>>;
}

/** Says whether the app lives and whether it can serve. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();
  readonly #timeoutMs: number;
  #running: Promise<HealthReport> | undefined;
  #isDraining = false;

  /** Each check is given `timeoutMs`, 2 s unless told. */
  constructor(options: { readonly timeoutMs?: number } = {}) {
    this.#timeoutMs = options.timeoutMs ?? CHECK_TIMEOUT_MS;
  }

  /** Adds something without which the app cannot serve, such as its database. */
  addReadinessCheck(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** From now on not ready, so that no new work is sent here while the app stops. */
  drain(): void {
    this.#isDraining = true;
  }

  /** The process answers; deliberately asks nothing else, for a restart would not repair a lost database. */
  liveness(): HealthReport {
    return { status: 'up', checks: {} };
  }

  /** Runs all checks at once; callers that come while they run share the answer. */
  readiness(): Promise<HealthReport> {
    this.#running ??= this.#runChecks().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #runChecks(): Promise<HealthReport> {
    const reports = await Promise.all(
      [...this.#checks].map(
        async ([name, check]) => [name, await runCheck(check, this.#timeoutMs)] as const,
      ),
    );
    const isUp = !this.#isDraining && reports.every(([, report]) => report.status === 'up');
    const draining = { status: 'down', reason: 'The app is stopping' } as const;
    const checks = Object.fromEntries(reports);
    return {
      status: isUp ? 'up' : 'down',
      checks: this.#isDraining ? { ...checks, draining } : checks,
    };
  }
}

async function runCheck(check: HealthCheck, timeoutMs: number): Promise<CheckReport> {
  const controller = new AbortController();
  const late = async (): Promise<CheckReport> => {
    await sleep(timeoutMs, undefined, { signal: controller.signal });
    return { status: 'down', reason: `No answer after ${timeoutMs} ms` };
  };
  const asked = async (): Promise<CheckReport> => {
    await check(controller.signal);
    return { status: 'up' };
  };
  try {
    return await Promise.race([asked(), late()]);
  } catch (error) {
    return { status: 'down', reason: error instanceof Error ? error.name : 'Unknown failure' };
  } finally {
    controller.abort();
  }
}
