import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppError,
  ATTEMPTS_PER_BUILDER_MAX,
  heartbeat,
  hello,
  NATS_CONTRACTS,
} from '@cairn/contracts';
import { type Logger } from '@cairn/observability';
import { SECOND_MS, type Clock } from '@cairn/std';
import { pauseAfter } from '../back-off.js';
import { type BuildsService } from '../builds/builds.service.js';
import { BUILDER_FEATURES } from '../builds/order-desk.js';
import { type MachineService } from '../machine/machine.service.js';
import { type SummitPort } from '../summit.port.js';
import { WakeablePause } from '../wakeable-pause.js';

const HELLO_RETRY = { firstMs: 250, maxMs: 15 * SECOND_MS };
const HEARTBEAT_RETRY_MS = SECOND_MS;
/** Whatever summit wishes, a heartbeat is sent neither more nor less often than this. */
const HEARTBEAT_INTERVAL_MS = { min: 100, max: 60 * SECOND_MS };
/** A summit that is away must not keep this builder from stopping. */
const FAREWELL_MS = 2 * SECOND_MS;

interface SessionParts {
  readonly summit: SummitPort;
  readonly builds: BuildsService;
  readonly machine: MachineService;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** summit answers again after it did not: whatever waits for it need not wait longer. */
  readonly onAnsweredAgain: () => void;
  readonly identity: {
    readonly version: string;
    /** New for each process. */
    readonly instanceId: string;
    readonly slots: number;
  };
}

/** Introduces this builder after each connection and tells by heartbeats how it is; does what summit answers. */
export class SessionService {
  readonly #parts: SessionParts;
  readonly #stopping = new AbortController();
  readonly #pause = new WakeablePause();
  #isHelloDue = true;
  #intervalMs = HEARTBEAT_RETRY_MS;
  #failures = 0;
  #loop: Promise<void> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** The connection is back: introduce us again, now. */
  reconnected(): void {
    this.#isHelloDue = true;
    this.#failures = 0;
    this.#pause.wake();
  }

  /** Says that no more orders are taken, so that none is sent to nobody and lost until its lease runs out. */
  async farewell(): Promise<void> {
    const said = this.#heartbeat().catch((error: unknown) =>
      this.#parts.log.warn({ err: error }, 'Farewell not answered'),
    );
    await Promise.race([said, sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause.wait(await this.#speak(), this.#stopping.signal);
    }
  }

  /** Sends what is due; returns the pause until the next. */
  async #speak(): Promise<number> {
    const { log } = this.#parts;
    const isHello = this.#isHelloDue;
    this.#isHelloDue = false;
    try {
      if (isHello) await this.#hello();
      else await this.#heartbeat();
      if (this.#failures > 0) this.#parts.onAnsweredAgain();
      this.#failures = 0;
      return this.#pauseMs();
    } catch (error) {
      if (this.#stopping.signal.aborted) return 0;
      this.#failures += 1;
      // Whoever refuses our heartbeat does not know us: say who we are.
      if (isHello || !(error instanceof AppError) || !error.isRetryable) this.#isHelloDue = true;
      log.warn({ err: error, failures: this.#failures }, 'Session not answered');
      return isHello || this.#isHelloDue
        ? pauseAfter(this.#failures, HELLO_RETRY, this.#parts.random())
        : Math.min(this.#intervalMs, HEARTBEAT_RETRY_MS);
    }
  }

  /** None when the connection came back while we spoke. */
  #pauseMs(): number {
    return this.#isHelloDue ? 0 : this.#intervalMs;
  }

  async #hello(): Promise<void> {
    const { summit, builds, machine, log, identity } = this.#parts;
    const facts = machine.facts();
    const reply = await summit.request(hello, {
      ...identity,
      contracts: builderContracts(),
      features: [...BUILDER_FEATURES],
      architectures: [facts.architecture],
      machine: facts,
      attempts: builds.reports().slice(0, ATTEMPTS_PER_BUILDER_MAX),
    });
    const { min, max } = HEARTBEAT_INTERVAL_MS;
    this.#intervalMs = Math.min(max, Math.max(min, reply.heartbeatIntervalMs));
    log.info({ summitVersion: reply.version, intervalMs: this.#intervalMs }, 'Summit greeted');
    await builds.applyVerdicts(reply.verdicts);
    await this.#heartbeat();
  }

  async #heartbeat(): Promise<void> {
    const { summit, builds, machine, clock, identity } = this.#parts;
    const refusing = builds.refusing();
    const reply = await summit.request(heartbeat, {
      instanceId: identity.instanceId,
      sentAt: clock.now(),
      machine: machine.state(),
      attempts: builds.reports().slice(0, ATTEMPTS_PER_BUILDER_MAX),
      ...(refusing === undefined ? {} : { refusing }),
    });
    await builds.applyVerdicts(reply.verdicts);
  }
}

function builderContracts(): string[] {
  return NATS_CONTRACTS.filter(({ from, to }) => from === 'builder' || to === 'builder').map(
    ({ subject }) => subject,
  );
}
