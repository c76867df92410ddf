import { createReadStream } from 'node:fs';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';

/** Largest document that summit takes, in characters; in UTF-8 up to four times as many bytes. */
export const DOCUMENT_LENGTH_MAX = 262_144;
const DOCUMENT_SIZE_BYTES_MAX = 4 * DOCUMENT_LENGTH_MAX;

/** The text of a document that an operator wrote; `-` is the standard input. */
export async function readDocument(path: string): Promise<string> {
  try {
    const text = await decoded(path === '-' ? process.stdin : createReadStream(path));
    if (text !== undefined && text.length <= DOCUMENT_LENGTH_MAX) return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no reason given';
    throw refused('cli.file-unreadable', `${path} cannot be read: ${reason}`);
  }
  throw refused('cli.file-too-large', `${path} is longer than ${DOCUMENT_LENGTH_MAX} characters`);
}

/** Undefined above the limit; reading stops there, so that what never ends does no harm. */
async function decoded(stream: AsyncIterable<unknown>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    sizeBytes += (chunk as Buffer).byteLength;
    if (sizeBytes > DOCUMENT_SIZE_BYTES_MAX) return undefined;
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function refused(code: string, message: string): CliError {
  return new CliError(code, message, { exitCode: EXIT.usage });
}
