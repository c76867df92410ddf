import { followLog, readLog } from '@cairn/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { type ApiClient } from './api-client.js';
import { EventParser } from './event-parser.js';
import { isPassing } from './server-failure.js';
import { unreachable } from './transport.js';

/** How a log is followed through interruptions. */
export interface FollowPatience {
  readonly retryMs: number;
  /** How long the server may stay away. */
  readonly absenceMaxMs: number;
  /** A connection that is silent for longer is dead: the server says something every 15 s. */
  readonly silenceMaxMs: number;
}

export const FOLLOW_PATIENCE: FollowPatience = {
  retryMs: 1_000,
  absenceMaxMs: 5 * 60_000,
  silenceMaxMs: 45_000,
};

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly complete: boolean;
}

/** The bytes of a log as far as they have arrived. */
export async function* readLogBytes(
  client: ApiClient,
  attemptId: string,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (;;) {
    const response = await client.open(readLog, { params: { attemptId }, query: { offset } });
    let received = 0;
    try {
      for await (const chunk of response.body ?? []) {
        received += (chunk as Uint8Array).byteLength;
        yield chunk as Uint8Array;
      }
    } catch (error) {
      throw unreachable(client.server.origin, error);
    }
    offset += received;
    const size = Number(response.headers.get('cairn-log-size') ?? 0);
    if (received === 0 || offset >= size) return;
  }
}

/** The bytes of a log until it is complete. After an interruption it goes on where it was: none is lost or doubled. */
export async function* followLogBytes(
  client: ApiClient,
  attemptId: string,
  patience: FollowPatience = FOLLOW_PATIENCE,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let awaySinceMs: number | undefined;
  for (;;) {
    try {
      for await (const piece of pieces(client, attemptId, offset, patience)) {
        awaySinceMs = undefined;
        // A gap cannot be filled from this connection; a new one begins at our offset.
        if (piece.offset > offset) break;
        const fresh = piece.bytes.subarray(offset - piece.offset);
        offset += fresh.byteLength;
        if (fresh.byteLength > 0) yield fresh;
        if (piece.complete) return;
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      awaySinceMs ??= performance.now();
      if (performance.now() - awaySinceMs > patience.absenceMaxMs) throw error;
    }
    await sleep(patience.retryMs);
  }
}

async function* pieces(
  client: ApiClient,
  attemptId: string,
  offset: number,
  { silenceMaxMs }: FollowPatience,
): AsyncGenerator<Piece> {
  const silence = new AbortController();
  const giveUp = () => silence.abort(new DOMException('silent for too long', 'TimeoutError'));
  let timer = setTimeout(giveUp, silenceMaxMs);
  const parser = new EventParser();
  const decoder = new TextDecoder('utf-8');
  try {
    const response = await client.open(
      followLog,
      { params: { attemptId }, query: { offset } },
      { headers: { accept: 'text/event-stream' }, signal: silence.signal },
    );
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMaxMs);
      const text = decoder.decode(chunk as Uint8Array, { stream: true });
      yield* parser.push(text).map(({ data }) => pieceOf(data));
    }
  } catch (error) {
    throw error instanceof CliError ? error : unreachable(client.server.origin, error);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

function pieceOf(data: string): Piece {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    value = undefined;
  }
  const parsed = followLog.reply.safeParse(value);
  if (!parsed.success) {
    throw new CliError('contract.invalid-reply', 'The server sends a log that cannot be read', {
      exitCode: EXIT.failed,
    });
  }
  return { ...parsed.data, bytes: Buffer.from(parsed.data.bytes, 'base64') };
}
