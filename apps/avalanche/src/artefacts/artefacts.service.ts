import { open } from 'node:fs/promises';
import path from 'node:path';
import { AppError, type artefactRead, type ReplyOf, type RequestOf } from '@cairn/contracts';
import { type Logger } from '@cairn/observability';
import { type AttemptLedger } from '../journal/attempt-ledger.js';
import { holdsArtefacts } from '../journal/domain/attempt.js';
import { type StateDirectory } from '../state-directory.js';

/** Pieces that are read at the same time; each is at most 512 KiB in memory. */
const READS_MAX = 64;

/** A piece of an artefact. */
export interface ArtefactPiece {
  readonly reply: ReplyOf<typeof artefactRead>;
  readonly bytes: Uint8Array;
}

/** Hands out artefacts by attempt and hash. Which file that is says the journal, never the message. */
export class ArtefactsService {
  readonly #state: StateDirectory;
  readonly #ledger: AttemptLedger;
  readonly #log: Logger;
  #reads = 0;

  constructor(parts: {
    readonly state: StateDirectory;
    readonly ledger: AttemptLedger;
    readonly log: Logger;
  }) {
    this.#state = parts.state;
    this.#ledger = parts.ledger;
    this.#log = parts.log;
  }

  /** Reads at most `lengthBytes` from `offset`; fewer at the end of the artefact. */
  async read(request: RequestOf<typeof artefactRead>): Promise<ArtefactPiece> {
    const { attemptId, sha256, offset, lengthBytes } = request;
    const attempt = this.#ledger.get(attemptId);
    const held = attempt !== undefined && holdsArtefacts(attempt) ? attempt.result : undefined;
    const file =
      held?.kind === 'success'
        ? held.collectables.find((collectable) => collectable.sha256 === sha256)
        : undefined;
    if (file === undefined) {
      throw new AppError('artefact.not-found', 'This builder does not hold the artefact.');
    }
    const { name, sizeBytes } = file;
    if (offset > sizeBytes) {
      throw new AppError('artefact.range-invalid', 'The artefact ends before the offset.', {
        sizeBytes,
      });
    }
    const span = { offset, lengthBytes: Math.min(lengthBytes, sizeBytes - offset) };
    const source = path.join(this.#state.attempt(attemptId).artefacts, name);
    return { reply: { sizeBytes }, bytes: await this.#readInTurn(attemptId, source, span) };
  }

  async #readInTurn(attemptId: string, source: string, span: Span): Promise<Uint8Array> {
    if (this.#reads >= READS_MAX) throw new AppError('limit.rate', 'Too many reads at once.');
    this.#reads += 1;
    try {
      return await readSpan(source, span);
    } catch (cause) {
      this.#log.error({ attemptId, err: cause }, 'Artefact cannot be read');
      throw new AppError(
        'artefact.not-found',
        'The artefact cannot be read any more.',
        {},
        { cause },
      );
    } finally {
      this.#reads -= 1;
    }
  }
}

interface Span {
  readonly offset: number;
  readonly lengthBytes: number;
}

async function readSpan(source: string, span: Span): Promise<Uint8Array> {
  const file = await open(source, 'r');
  try {
    const bytes = Buffer.allocUnsafe(span.lengthBytes);
    let done = 0;
    while (done < span.lengthBytes) {
      const { bytesRead } = await file.read(
        bytes,
        done,
        span.lengthBytes - done,
        span.offset + done,
      );
      if (bytesRead === 0) throw new Error('The file is shorter than its journal says.');
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
