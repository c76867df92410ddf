import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ANSWER_TIMEOUT_MS = 60_000;

/** Reads a whole regular file or http answer. Throws a sentence, for what is larger as soon as that is known. */
export async function readAddress(url: URL, sizeBytesMax: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of url.protocol === 'file:' ? piecesOfFile(url) : piecesOfAnswer(url)) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > sizeBytesMax) {
      throw new Error(`${url.href} has more than ${sizeBytesMax} bytes.`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function* piecesOfFile(url: URL): AsyncGenerator<Uint8Array> {
  const path = fileURLToPath(url);
  // Asked before it is opened: opening a pipe waits for a writer.
  if (!(await stat(path)).isFile()) throw new Error(`${url.href} is no regular file.`);
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}

async function* piecesOfAnswer(url: URL): AsyncGenerator<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url.href} answers with status ${response.status}.`);
  if (response.body !== null) yield* response.body as unknown as AsyncIterable<Uint8Array>;
}
