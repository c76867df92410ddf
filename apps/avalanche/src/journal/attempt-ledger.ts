import { err, invariant, type Clock, type Result } from '@cairn/std';
import { type Logger } from '@cairn/observability';
import { pauseAfter } from '../back-off.js';
import { WakeablePause } from '../wakeable-pause.js';
import { type AttemptStore, type LoadedAttempts } from './attempt.store.js';
import { isClosed, type Attempt, type LogDelivery } from './domain/attempt.js';
import {
  transition,
  type AttemptEvent,
  type IllegalAttemptEvent,
} from './domain/attempt-transition.js';

const WRITE_RETRY = { firstMs: 200, maxMs: 10_000 };

export interface UnknownAttempt {
  readonly code: 'attempt.unknown';
}

export type AttemptChange = (attempt: Attempt) => void;

/**
 * The one place where attempts change. A change is seen by the rest of the program only when its journal is on the
 * disk; changes of one attempt happen one after the other.
 */
export class AttemptLedger {
  readonly #store: AttemptStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #attempts = new Map<string, Attempt>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<AttemptChange>();
  readonly #closing = new AbortController();
  readonly #pause = new WakeablePause();

  constructor(parts: {
    readonly store: AttemptStore;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Reads the journals of this builder's earlier life; changes nothing in them. */
  async load(): Promise<LoadedAttempts> {
    const loaded = await this.#store.load();
    for (const attempt of loaded.attempts) this.#attempts.set(attempt.order.attemptId, attempt);
    for (const { movedTo, reason } of loaded.damaged) {
      this.#log.error({ movedTo, reason }, 'Damaged journal moved aside');
    }
    return loaded;
  }

  /** All attempts by id; those whose first journal is still being written included, for they hold their slot. */
  all(): ReadonlyMap<string, Attempt> {
    return this.#attempts;
  }

  get(attemptId: string): Attempt | undefined {
    return this.#attempts.get(attemptId);
  }

  /** Calls `listener` after each change, journalled. */
  onChange(listener: AttemptChange): void {
    this.#listeners.add(listener);
  }

  /** Adds an attempt: its slot is taken at once, the promise resolves when the journal is written. */
  async add(attempt: Attempt): Promise<void> {
    const { attemptId } = attempt.order;
    invariant(!this.#attempts.has(attemptId), 'an attempt is added once');
    this.#attempts.set(attemptId, attempt);
    await this.#inTurn(attemptId, async () => {
      try {
        await this.#store.save(attempt);
      } catch (error) {
        this.#attempts.delete(attemptId);
        await this.#store.remove(attemptId).catch(() => undefined);
        throw error;
      }
    });
  }

  /** Resolves when everything asked for this attempt so far is journalled; rejects when its first journal failed. */
  async settled(attemptId: string): Promise<void> {
    await this.#queues.get(attemptId);
  }

  /** Moves an attempt by an event. An impossible event is refused, logged and changes nothing. */
  async apply(
    attemptId: string,
    event: AttemptEvent,
  ): Promise<Result<Attempt, IllegalAttemptEvent | UnknownAttempt>> {
    return this.#inTurn(attemptId, async () => {
      const attempt = this.#attempts.get(attemptId);
      if (attempt === undefined) return err({ code: 'attempt.unknown' });
      const moved = transition(attempt, event, this.#clock.now());
      if (!moved.ok) {
        this.#log.warn({ attemptId, ...moved.error }, 'Event refused in this state');
        return moved;
      }
      if (moved.value !== attempt) await this.#write(moved.value);
      return moved;
    });
  }

  /** Notes how the delivery of an attempt's log ended. */
  async setLogDelivery(attemptId: string, log: LogDelivery): Promise<void> {
    await this.#inTurn(attemptId, async () => {
      const attempt = this.#attempts.get(attemptId);
      if (attempt !== undefined && attempt.log !== log) await this.#write({ ...attempt, log });
    });
  }

  /** Forgets a closed attempt and removes its files. */
  async forget(attemptId: string): Promise<void> {
    await this.#inTurn(attemptId, async () => {
      const attempt = this.#attempts.get(attemptId);
      if (attempt === undefined || !isClosed(attempt)) return;
      await this.#store.remove(attemptId);
      this.#attempts.delete(attemptId);
    });
  }

  /** Gives up on writes that keep failing; everything written stays. */
  close(): void {
    this.#closing.abort();
  }

  async #write(attempt: Attempt): Promise<void> {
    const { attemptId } = attempt.order;
    for (let failures = 0; ;) {
      try {
        await this.#store.save(attempt);
        break;
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        failures += 1;
        this.#log.error({ attemptId, err: error }, 'Journal cannot be written');
        await this.#pause.wait(pauseAfter(failures, WRITE_RETRY, 0), this.#closing.signal);
      }
    }
    const before = this.#attempts.get(attemptId);
    this.#attempts.set(attemptId, attempt);
    if (before?.status !== attempt.status) {
      this.#log.info({ attemptId, from: before?.status, to: attempt.status }, 'Attempt changed');
    }
    for (const listener of this.#listeners) listener(attempt);
  }

  #inTurn<T>(attemptId: string, act: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(attemptId) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.#queues.set(attemptId, turn);
    const leave = (): void => {
      if (this.#queues.get(attemptId) === turn) this.#queues.delete(attemptId);
    };
    turn.then(leave, leave);
    return turn;
  }
}
