import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ANSWER_TIMEOUT_MS = 60_000;

/** Reads a whole regular file or http answer. Throws a sentence, for what is larger as soon as that is known. */
export async function readAddress(url: URL, sizeBytesMax: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const isFile = url.protocol === 'file:';
  for await (const piece of isFile ? piecesOfFile(url, sizeBytesMax) : piecesOfAnswer(url)) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > sizeBytesMax) throw tooLarge(url, sizeBytesMax);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(url: URL, sizeBytesMax: number): Error {
  return new Error(`${url.href} has more than ${sizeBytesMax} bytes.`);
}

async function* piecesOfFile(url: URL, sizeBytesMax: number): AsyncGenerator<Uint8Array> {
  const path = fileURLToPath(url);
  // Asked before it is opened: opening a pipe waits for a writer.
  const facts = await stat(path);
  if (!facts.isFile()) throw new Error(`${url.href} is no regular file.`);
  if (facts.size > sizeBytesMax) throw tooLarge(url, sizeBytesMax);
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}

async function* piecesOfAnswer(url: URL): AsyncGenerator<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url.href} answers with status ${response.status}.`);
  if (response.body !== null) yield* response.body as unknown as AsyncIterable<Uint8Array>;
}
