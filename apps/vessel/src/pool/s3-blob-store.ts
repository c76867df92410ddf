import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { AppError } from '@cairn/contracts';
import { GIB, invariant, MINUTE_MS, SECOND_MS } from '@cairn/std';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { BlobRange, BlobStore } from './blob-store.js';
import { blobKey } from './domain/blob-key.js';

/** Where blobs lie at an S3 service. The keys that open it are looked for as all S3 clients do. */
export interface BucketOptions {
  readonly bucket: string;
  readonly region: string;
  /** Base URL of a service that is not AWS. */
  readonly endpoint: string | undefined;
  /** Whether the bucket stands in the path and not in the host name. */
  readonly usesPathStyle: boolean;
}

const CONNECT_TIMEOUT_MS = 5 * SECOND_MS;
/** The longest until an answer begins, unless a file is sent first. */
const ANSWER_TIMEOUT_MS = 15 * SECOND_MS;
/** Longer than a reader of ours may stall, for then the bucket has to wait as well. */
const SILENCE_MS_MAX = 10 * MINUTE_MS;
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Blobs in a bucket, under the names that a local directory gives them. */
export class S3BlobStore implements BlobStore {
  /** The most that S3 takes in one request; only then is an object complete or not there. */
  readonly sizeBytesMax = 5 * GIB;
  private readonly client: S3Client;

  constructor(private readonly options: BucketOptions) {
    const { region, endpoint, usesPathStyle } = options;
    // As many connections as we have readers: one that reads slowly must not make another wait.
    const agent = { keepAlive: true, maxSockets: Infinity };
    this.client = new S3Client({
      region,
      forcePathStyle: usesPathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      requestHandler: {
        httpAgent: agent,
        httpsAgent: agent,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: SILENCE_MS_MAX,
        throwOnRequestTimeout: true,
      },
      // The hash that names a blob is sent with it; weaker ones add nothing, and not every service knows them.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // Every fault is thrown as well; without a logger some are written to the console.
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    });
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.sizeOf(sha256)) !== undefined;
  }

  async add(file: string, sha256: string): Promise<void> {
    const { size } = await stat(file);
    invariant(size <= this.sizeBytesMax, `a blob has at most ${this.sizeBytesMax} bytes`);
    if ((await this.sizeOf(sha256)) === size) return;
    const put = new PutObjectCommand({
      ...this.at(sha256),
      Body: createReadStream(file),
      ContentLength: size,
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      ContentType: 'application/octet-stream',
      CacheControl: IMMUTABLE,
    });
    await this.ask(() => this.client.send(put));
    const stored = await this.sizeOf(sha256);
    if (stored !== size) throw this.unavailable(`it keeps ${stored ?? 0} of ${size} bytes`);
  }

  async remove(sha256: string): Promise<void> {
    await this.ask(() => this.client.send(new DeleteObjectCommand(this.at(sha256)), QUICK));
  }

  async read(sha256: string, range?: BlobRange): Promise<Readable | undefined> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const get = new GetObjectCommand({ ...this.at(sha256), ...(Range && { Range }) });
    const found = await this.ask(() => unlessAbsent(this.client.send(get, QUICK)));
    if (found === undefined) return undefined;
    invariant(found.Body instanceof Readable, 'in Node the body of an answer is a stream');
    if (range !== undefined && found.ContentLength !== range.end - range.start + 1) {
      found.Body.destroy();
      throw this.unavailable('it answers with other bytes than it was asked for');
    }
    return found.Body;
  }

  /** Nothing lies in the public folder: package files are served by their rows. */
  placeAt(): Promise<void> {
    return Promise.resolve();
  }

  async check(): Promise<void> {
    const head = new HeadBucketCommand({ Bucket: this.options.bucket });
    await this.ask(() => this.client.send(head, QUICK));
  }

  /** Ends the connections that are kept open. */
  close(): Promise<void> {
    this.client.destroy();
    return Promise.resolve();
  }

  private async sizeOf(sha256: string): Promise<number | undefined> {
    const head = new HeadObjectCommand(this.at(sha256));
    const found = await this.ask(() => unlessAbsent(this.client.send(head, QUICK)));
    return found?.ContentLength;
  }

  private at(sha256: string) {
    return { Bucket: this.options.bucket, Key: blobKey(sha256) };
  }

  private async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.unavailable(error instanceof Error ? reasonOf(error) : String(error), error);
    }
  }

  private unavailable(reason: string, cause?: unknown): AppError {
    const message = `The bucket ${this.options.bucket} cannot be used: ${reason}`;
    return new AppError('pool.unavailable', message, {}, { cause });
  }
}

const ignore = () => undefined;
const QUICK = { requestTimeout: ANSWER_TIMEOUT_MS } as const;
const NOT_FOUND = ['NotFound', 'NoSuchKey'];

/** Undefined when there is no such object. That there is no such bucket is another matter. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof S3ServiceException && NOT_FOUND.includes(error.name)) return undefined;
    throw error;
  }
}

function reasonOf(error: Error): string {
  // The client groups failed connections to several addresses under an empty message.
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code} ` : '';
  const said = `${code}${error.message}`.trim();
  return said === '' ? error.name : said;
}
