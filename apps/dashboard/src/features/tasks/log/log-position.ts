import { type followLog } from '@cairn/contracts';
import { type z } from 'zod';

type LogEvent = z.output<typeof followLog.reply>;

/** What to do with a piece of the log: take some of its bytes, or ask again from where we are. */
export type ChunkDecision =
  | { readonly kind: 'take'; readonly bytes: Uint8Array; readonly nextOffset: number }
  | { readonly kind: 'ask-again' };

/**
 * Fits a piece that ends at `endOffset` to the bytes already held: what is held is skipped, what would leave a gap
 * is refused. So nothing is lost or doubled however often the connection breaks.
 */
export function fitChunk(
  heldOffset: number,
  chunk: { readonly endOffset: number; readonly bytes: Uint8Array },
): ChunkDecision {
  const startOffset = chunk.endOffset - chunk.bytes.length;
  if (startOffset > heldOffset || startOffset < 0) return { kind: 'ask-again' };
  if (chunk.endOffset <= heldOffset) {
    return { kind: 'take', bytes: new Uint8Array(), nextOffset: heldOffset };
  }
  const bytes = chunk.bytes.subarray(heldOffset - startOffset);
  return { kind: 'take', bytes, nextOffset: chunk.endOffset };
}

/** Bytes of a base64 text; null when it is none. */
export function decodeBase64(text: string): Uint8Array | null {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return null;
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** A message of the log stream, taken apart; null when it is malformed. Its id is the offset after its bytes. */
export function readLogMessage(
  message: { readonly id: string; readonly data: string },
  parse: (value: unknown) => LogEvent | null,
): { endOffset: number; bytes: Uint8Array; complete: boolean } | null {
  if (!/^\d{1,15}$/.test(message.id)) return null;
  let value: unknown;
  try {
    value = JSON.parse(message.data);
  } catch {
    return null;
  }
  const event = parse(value);
  const bytes = event === null ? null : decodeBase64(event.bytes);
  if (event === null || bytes === null) return null;
  return { endOffset: Number(message.id), bytes, complete: event.complete };
}
