import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { MIB } from '@cairn/std';

const HASH_CHUNK_SIZE_BYTES = MIB;

/** SHA-256 of some bytes, in 64 lower-case hexadecimal digits. */
export function sha256OfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 of a file, in 64 lower-case hexadecimal digits. Rejects with the system’s error. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const chunks = createReadStream(path, { highWaterMark: HASH_CHUNK_SIZE_BYTES });
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}
