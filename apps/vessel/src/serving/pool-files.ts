import { AppError } from '@cairn/contracts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import type { BlobRange, BlobStore } from '../pool/blob-store.js';
import { ENTRIES_LISTED_MAX, type ListedEntry } from './directory-listing.js';
import type { RequestPath } from './domain/request-path.js';
import { sendFile, type SendableFile, type Served } from './send-file.js';

const POOL = 'pool';
const PACKAGE_SUFFIX = '.stone';

interface FileRow {
  readonly sha256: string;
  readonly size_bytes: bigint;
  readonly created_at: Date;
}

interface EntryRow {
  readonly name: string;
  readonly is_directory: boolean;
  readonly size_bytes: bigint;
}

/**
 * Sends package files whose bytes lie in a bucket: the rows say what lies at a path. They are read each time, for
 * a path that was pruned may come again with other bytes.
 */
export class PoolFiles {
  constructor(
    private readonly db: VesselDatabase,
    private readonly blobs: Pick<BlobStore, 'read'>,
  ) {}

  /** Whether a path leads into the pool of a channel. */
  owns({ segments }: RequestPath): boolean {
    return segments[1] === POOL;
  }

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: RequestPath,
  ): Promise<Served> {
    // Only packages lie there, so that no row has to be looked for to know a directory.
    if (path.segments.at(-1)?.endsWith(PACKAGE_SUFFIX) !== true) return 'directory';
    const file = await this.find(path.segments);
    if (file === undefined) return 'absent';
    await sendFile(request, response, { file, path });
    return 'sent';
  }

  /** What the pool has directly below a path of a channel, the channel's own folder included; in any order. */
  async list([channel, ...below]: readonly string[]): Promise<readonly ListedEntry[]> {
    if (channel === undefined || (below[0] ?? POOL) !== POOL) return [];
    const prefix = below.map((name) => `${name}/`).join('');
    const rows = await this.db.client.$queryRaw<EntryRow[]>`
      WITH item AS (
        SELECT substr(o.path, length(${prefix}) + 1) AS rest, p.size_bytes
        FROM pool_object o
        JOIN channel c ON c.id = o.channel_id
        JOIN package p ON p.id = o.package_id
        WHERE c.name = ${channel} AND starts_with(o.path, ${prefix})
      )
      SELECT split_part(rest, '/', 1) AS name, strpos(rest, '/') > 0 AS is_directory,
        min(size_bytes) AS size_bytes
      FROM item GROUP BY 1, 2 ORDER BY 1 LIMIT ${ENTRIES_LISTED_MAX}`;
    return rows.map(({ name, is_directory: isDirectory, size_bytes: sizeBytes }) =>
      isDirectory
        ? { name, type: 'directory' }
        : { name, type: 'file', sizeBytes: Number(sizeBytes) },
    );
  }

  private async find([channel = '', ...below]: readonly string[]): Promise<
    SendableFile | undefined
  > {
    const [row] = await this.db.client.$queryRaw<FileRow[]>`
      SELECT p.sha256, p.size_bytes, p.created_at
      FROM pool_object o
      JOIN channel c ON c.id = o.channel_id
      JOIN package p ON p.id = o.package_id
      WHERE c.name = ${channel} AND o.path = ${below.join('/')}`;
    if (row === undefined) return undefined;
    const { sha256 } = row;
    return {
      tag: `"${sha256}"`,
      sizeBytes: Number(row.size_bytes),
      modifiedAt: row.created_at,
      send: (response, range) => this.send(response, sha256, range),
    };
  }

  private async send(response: ServerResponse, sha256: string, range: BlobRange): Promise<void> {
    const bytes = await this.blobs.read(sha256, range);
    if (bytes === undefined) {
      throw new AppError('pool.unavailable', `The blob ${sha256} is listed and lost.`);
    }
    await pipeline(bytes, response);
  }
}
