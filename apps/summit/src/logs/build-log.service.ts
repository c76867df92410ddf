import { AppError, LOG_CHUNK_SIZE_BYTES_MAX } from '@cairn/contracts';
import { listen } from '@cairn/persistence';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { EventEmitter } from 'node:events';
import { LOGGER, type Logger } from '../logger.js';
import { SummitDatabase } from '../persistence/summit-database.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { LogStore } from './log.store.js';

const FOLLOWERS_MAX = 2_000;

/** How far a log has come, and whether that is all of it. */
export interface LogProgress {
  readonly sizeBytes: number;
  readonly isComplete: boolean;
}

/** Takes log pieces in and tells followers of any replica that there is more. */
@Injectable()
export class BuildLogs implements OnModuleInit, OnModuleDestroy {
  private readonly grown = new EventEmitter().setMaxListeners(FOLLOWERS_MAX);
  private readonly stop = new AbortController();

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly database: SummitDatabase,
    private readonly attempts: AttemptStore,
    private readonly logs: LogStore,
  ) {}

  onModuleInit(): void {
    void listen({
      connectionString: this.database.connectionString,
      channel: 'summit_log',
      onNotify: (attemptId) => this.grown.emit(attemptId),
      onListening: () => undefined,
      onTrouble: (error) => this.log.warn({ err: error }, 'Log listening interrupted'),
      signal: this.stop.signal,
    });
  }

  onModuleDestroy(): void {
    this.stop.abort();
    this.grown.removeAllListeners();
  }

  /** Stores a piece once, whichever replica it reaches and however often it is sent. */
  async append(
    builderId: string,
    piece: {
      readonly attemptId: string;
      readonly fence: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    },
  ): Promise<{ nextOffset: number }> {
    if (piece.bytes.byteLength > LOG_CHUNK_SIZE_BYTES_MAX) {
      throw new AppError('contract.too-large', 'The piece of log is too large.', {
        sizeBytesMax: LOG_CHUNK_SIZE_BYTES_MAX,
      });
    }
    const nextOffset = await this.database.inTransaction(async (tx) => {
      await this.attempts.ofBuilder(tx, { ...piece, builderId });
      await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${piece.attemptId}, 0))`;
      const next = await this.logs.append(piece.attemptId, piece.offset, piece.bytes);
      await this.attempts.update(tx, piece.attemptId, { logSizeBytes: next });
      await tx.$queryRaw`SELECT pg_notify('summit_log', ${piece.attemptId})::text`;
      return next;
    });
    return { nextOffset };
  }

  async progress(attemptId: string): Promise<LogProgress> {
    const attempt = await this.attempts.find(attemptId);
    if (attempt === null)
      throw new AppError('attempt.not-found', 'There is no such attempt.', { attemptId });
    const sizeBytes = await this.logs.sizeBytes(attemptId);
    const isRunning = attempt.state === 'dispatched' || attempt.state === 'building';
    const isWhole = attempt.logFinalBytes !== null && sizeBytes >= attempt.logFinalBytes;
    const isOrphaned = attempt.logFinalBytes === null && !isRunning;
    return { sizeBytes, isComplete: isWhole || isOrphaned };
  }

  read(attemptId: string, offset: number): Promise<Uint8Array> {
    return this.logs.read(attemptId, offset);
  }

  /** Calls back when more of a log has arrived; returns how to stop. */
  onGrowth(attemptId: string, callback: () => void): () => void {
    this.grown.on(attemptId, callback);
    return () => void this.grown.off(attemptId, callback);
  }
}
