import { open } from 'node:fs/promises';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';

/** Largest document that summit takes, in characters; in UTF-8 up to four times as many bytes. */
export const DOCUMENT_LENGTH_MAX = 262_144;
const DOCUMENT_SIZE_BYTES_MAX = 4 * DOCUMENT_LENGTH_MAX;

/** The text of a document that an operator wrote; `-` is the standard input. */
export async function readDocument(path: string): Promise<string> {
  const text = await readText(path === '-' ? '/dev/stdin' : path);
  if (text.length <= DOCUMENT_LENGTH_MAX) return text;
  throw refused('cli.file-too-large', `${path} is longer than ${DOCUMENT_LENGTH_MAX} characters`);
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      // One byte more than allowed is read, so that what never ends does no harm.
      const bytes = file.createReadStream({ end: DOCUMENT_SIZE_BYTES_MAX, autoClose: false });
      for await (const chunk of bytes) chunks.push(chunk as Buffer);
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no reason given';
    throw refused('cli.file-unreadable', `${path} cannot be read: ${reason}`);
  }
}

function refused(code: string, message: string): CliError {
  return new CliError(code, message, { exitCode: EXIT.usage });
}
