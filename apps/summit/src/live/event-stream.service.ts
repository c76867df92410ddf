import { type EventView } from '@cairn/contracts';
import { listen } from '@cairn/persistence';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { EventEmitter } from 'node:events';
import { LOGGER, type Logger } from '../logger.js';
import { SummitDatabase } from '../persistence/summit-database.js';
import { EventStore } from './event.store.js';

/** Followers of one process; each is one open HTTP response. */
const FOLLOWERS_MAX = 2_000;

/** Passes committed events on to whoever follows them in this process, in order and without a gap. */
@Injectable()
export class EventStream implements OnModuleInit, OnModuleDestroy {
  private readonly emitter = new EventEmitter().setMaxListeners(FOLLOWERS_MAX);
  private readonly stop = new AbortController();
  private lastId = 0;
  private isReading = false;
  private isWanted = false;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly database: SummitDatabase,
    private readonly events: EventStore,
  ) {}

  async onModuleInit(): Promise<void> {
    this.lastId = (await this.events.latest(1))[0]?.id ?? 0;
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
    this.isWanted = true;
    if (!this.isReading) void this.read();
  }

  private async read(): Promise<void> {
    this.isReading = true;
    try {
      while (this.isWanted) {
        this.isWanted = false;
        const events = await this.events.since(this.lastId);
        for (const event of events) {
          this.lastId = event.id;
          this.emitter.emit('event', event);
        }
        if (events.length > 0) this.isWanted = true;
      }
    } catch (error) {
      this.log.warn({ err: error }, 'Events could not be read');
    } finally {
      this.isReading = false;
    }
  }
}
