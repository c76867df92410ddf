import { type EventView } from '@cairn/contracts';
import { listen } from '@cairn/persistence';
import { SingleFlight } from '@cairn/std';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { EventEmitter } from 'node:events';
import { LOGGER, type Logger } from '../logger.js';
import { SummitDatabase } from '../persistence/summit-database.js';
import { EventStore } from './event.store.js';

/** Followers of one process; each is one open HTTP response. */
const FOLLOWERS_MAX = 2_000;

/** Ids are given out before the commit, so an event may appear after others with higher ids; so far back is looked again. */
const LATE_IDS_MAX = 200;

/** Passes committed events on to whoever follows them in this process, each once, without a gap. */
@Injectable()
export class EventStream implements OnModuleInit, OnModuleDestroy {
  private readonly emitter = new EventEmitter().setMaxListeners(FOLLOWERS_MAX);
  private readonly stop = new AbortController();
  private readonly reading = new SingleFlight(
    () => this.read(),
    (error) => this.log.warn({ err: error }, 'Events could not be read'),
  );
  private readonly recent = new Set<number>();
  private lastId = 0;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly database: SummitDatabase,
    private readonly events: EventStore,
  ) {}

  async onModuleInit(): Promise<void> {
    for (const event of await this.events.latest(LATE_IDS_MAX)) this.recent.add(event.id);
    this.lastId = Math.max(0, ...this.recent);
    void listen({
      connectionString: this.database.connectionString,
      channel: 'summit_event',
      onNotify: () => this.wake(),
      onListening: () => this.wake(),
      onTrouble: (error) => this.log.warn({ err: error }, 'Event listening interrupted'),
      signal: this.stop.signal,
    });
  }

  onModuleDestroy(): void {
    this.stop.abort();
    this.emitter.removeAllListeners();
  }

  /** Calls back with each event from now on; returns how to stop. */
  follow(onEvent: (event: EventView) => void): () => void {
    this.emitter.on('event', onEvent);
    return () => void this.emitter.off('event', onEvent);
  }

  private wake(): void {
    this.reading.wake();
  }

  private async read(): Promise<void> {
    for (;;) {
      const events = await this.events.since(Math.max(0, this.lastId - LATE_IDS_MAX));
      const fresh = events.filter((event) => !this.recent.has(event.id));
      for (const event of fresh) {
        this.recent.add(event.id);
        this.lastId = Math.max(this.lastId, event.id);
        this.emitter.emit('event', event);
      }
      for (const id of this.recent) if (id < this.lastId - LATE_IDS_MAX) this.recent.delete(id);
      if (fresh.length === 0) return;
    }
  }
}
