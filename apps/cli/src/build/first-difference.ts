import { open } from 'node:fs/promises';
import { MIB } from '@cairn/std';

const CHUNK_SIZE_BYTES = MIB;
const LINE_FEED = 0x0a;
const CONTEXT_BYTES = 16;

/** Where two files begin to differ. */
export interface FirstDifference {
  /** Offset of the first byte that differs, or the length of the shorter file. */
  readonly offset: number;
  /** Line of that byte, counted from 1; undefined where a NUL stands before it: the file is no text. */
  readonly line: number | undefined;
  /** Up to 16 bytes from there in each file, as hexadecimal digits; empty at an end of file. */
  readonly first: string;
  readonly second: string;
}

/** Compares two files byte by byte; undefined when they are equal. */
export async function firstDifference(
  firstPath: string,
  secondPath: string,
): Promise<FirstDifference | undefined> {
  const first = await open(firstPath, 'r');
  const second = await open(secondPath, 'r');
  try {
    const chunks = [Buffer.alloc(CHUNK_SIZE_BYTES), Buffer.alloc(CHUNK_SIZE_BYTES)] as const;
    let line = 1;
    let isText = true;
    for (let start = 0; ; start += CHUNK_SIZE_BYTES) {
      const a = chunks[0].subarray(
        0,
        (await first.read(chunks[0], 0, CHUNK_SIZE_BYTES, start)).bytesRead,
      );
      const b = chunks[1].subarray(
        0,
        (await second.read(chunks[1], 0, CHUNK_SIZE_BYTES, start)).bytesRead,
      );
      const at = differsAt(a, b);
      const same = a.subarray(0, at ?? a.length);
      isText &&= !same.includes(0);
      line += countOf(same, LINE_FEED);
      if (at !== undefined) {
        const hex = (bytes: Buffer) => bytes.subarray(at, at + CONTEXT_BYTES).toString('hex');
        return {
          offset: start + at,
          line: isText ? line : undefined,
          first: hex(a),
          second: hex(b),
        };
      }
      if (a.length < CHUNK_SIZE_BYTES) return undefined;
    }
  } finally {
    await first.close();
    await second.close();
  }
}

function differsAt(a: Buffer, b: Buffer): number | undefined {
  if (a.equals(b)) return undefined;
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) if (a[at] !== b[at]) return at;
  return shared;
}

function countOf(bytes: Buffer, wanted: number): number {
  let count = 0;
  for (const byte of bytes) if (byte === wanted) count += 1;
  return count;
}
