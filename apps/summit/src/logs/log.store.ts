import { AppError } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG, type SummitConfig } from '../config.js';

/** Bytes of a log that one read returns at most. */
export const LOG_READ_SIZE_BYTES_MAX = 1_048_576;

/** Build logs as files, one per attempt, shared by all replicas. Attempt ids are UUIDs, checked at the door. */
@Injectable()
export class LogStore {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'dataDir' | 'attempts'>,
  ) {}

  /** How much of the log is here. */
  async sizeBytes(attemptId: string): Promise<number> {
    try {
      return (await stat(this.pathOf(attemptId))).size;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  /** Appends what is new of a piece that begins at `offset`; returns from where to send next. Pieces must not leave a gap. */
  async append(attemptId: string, offset: number, bytes: Uint8Array): Promise<number> {
    const sizeMax = this.config.attempts.limits.logSizeBytes + LOG_READ_SIZE_BYTES_MAX;
    if (offset + bytes.byteLength > sizeMax) {
      throw new AppError('log.too-large', 'The log is longer than allowed.', {
        sizeBytesMax: sizeMax,
      });
    }
    const path = this.pathOf(attemptId);
    await mkdir(join(path, '..'), { recursive: true });
    const file = await open(path, 'a');
    try {
      const { size } = await file.stat();
      if (offset > size) {
        throw new AppError('log.offset-mismatch', 'Bytes before this piece are missing.', {
          expectedOffset: size,
        });
      }
      const fresh = bytes.subarray(Math.min(bytes.byteLength, size - offset));
      if (fresh.byteLength > 0) await file.appendFile(fresh);
      return size + fresh.byteLength;
    } finally {
      await file.close();
    }
  }

  /** Bytes from an offset on, at most 1 MiB; empty at the end and beyond. */
  async read(attemptId: string, offset: number): Promise<Uint8Array> {
    try {
      const file = await open(this.pathOf(attemptId), 'r');
      try {
        const buffer = new Uint8Array(LOG_READ_SIZE_BYTES_MAX);
        const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isMissing(error)) return new Uint8Array();
      throw error;
    }
  }

  private pathOf(attemptId: string): string {
    return join(this.config.dataDir, 'logs', attemptId.slice(0, 2), `${attemptId}.log`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT';
}
