import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { MIB } from '@cairn/std';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';

const TRIES_MAX = 4;
const PAUSE_MS = 250;
const ANSWER_TIMEOUT_MS = 60_000;
const DOWNLOAD_TIMEOUT_MS = 3_600_000;
/** Largest root index, manifest or signature. */
export const DOCUMENT_SIZE_BYTES_MAX = 32 * MIB;
/** Largest package index. */
export const INDEX_SIZE_BYTES_MAX = 512 * MIB;
/** Requests at once. */
export const REQUESTS_AT_ONCE = 8;

/** What a file must be. */
export interface ExpectedFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Reads one channel of a repository over plain HTTP, as any client does. */
export class RepositoryReader {
  /** Ends in a slash. */
  readonly base: URL;

  constructor(url: string) {
    const base = URL.parse(url.endsWith('/') ? url : `${url}/`);
    if (base === null || !['http:', 'https:'].includes(base.protocol)) {
      throw new CliError('repository.invalid-address', `${url} is no http or https address`, {
        exitCode: EXIT.usage,
        nextStep: 'Give the address of a channel, such as https://packages.example/main.',
      });
    }
    this.base = base;
  }

  /** The bytes at a path below the channel; undefined when there is nothing. */
  async bytes(path: string, sizeBytesMax: number): Promise<Uint8Array | undefined> {
    return this.insist(path, async (url) => {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      if (response.status === 404) return undefined;
      const chunks: Uint8Array[] = [];
      let sizeBytes = 0;
      for await (const chunk of bodyOf(response)) {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > sizeBytesMax) throw tooLarge(url, sizeBytesMax);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    });
  }

  /** The size of a file as its server tells it; undefined when there is nothing. */
  async sizeOf(path: string): Promise<number | undefined> {
    return this.insist(path, async (url) => {
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      const response = await fetch(url, {
        method: 'HEAD',
        headers: { 'accept-encoding': 'identity' },
        signal,
      });
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`status ${response.status}`);
      return Number(response.headers.get('content-length') ?? -1);
    });
  }

  /** Brings a file to disk when it is what was expected; a partial one never has the final name. */
  async download(path: string, to: string | null, expected: ExpectedFile): Promise<boolean> {
    return this.insist(path, async (url) => {
      const signal = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
      const response = await fetch(url, { signal });
      if (response.status === 404) return false;
      const hash = createHash('sha256');
      let sizeBytes = 0;
      const checked = async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          sizeBytes += chunk.byteLength;
          if (sizeBytes > expected.sizeBytes) return;
          hash.update(chunk);
          yield chunk;
        }
      };
      const partial = `${to ?? ''}.partial`;
      try {
        const body = Readable.from(checked(bodyOf(response)));
        if (to === null) for await (const _ of body);
        else await pipeline(body, createWriteStream(partial));
        const isGood = sizeBytes === expected.sizeBytes && hash.digest('hex') === expected.sha256;
        if (isGood && to !== null) await rename(partial, to);
        return isGood;
      } finally {
        if (to !== null) await rm(partial, { force: true });
      }
    });
  }

  private async insist<T>(path: string, ask: (url: URL) => Promise<T>): Promise<T> {
    const url = new URL(path, this.base);
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask(url);
      } catch (error) {
        if (error instanceof CliError) throw error;
        if (tries === TRIES_MAX) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new CliError('repository.unreachable', `${url.href} cannot be read: ${reason}`, {
            exitCode: EXIT.unreachable,
            nextStep: 'Check the address and the network, then run the same command again.',
          });
        }
        await pause(PAUSE_MS * 2 ** tries);
      }
    }
  }
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  if (!response.ok) throw new Error(`status ${response.status}`);
  if (response.body !== null) yield* response.body as unknown as AsyncIterable<Uint8Array>;
}

function tooLarge(url: URL, sizeBytesMax: number): CliError {
  return new CliError('repository.too-large', `${url.href} has more than ${sizeBytesMax} bytes`, {
    exitCode: EXIT.failed,
  });
}
