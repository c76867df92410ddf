import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readFile, type FileHandle } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { MIB } from '@cairn/std';
import { BoundedCache } from '../pool/bounded-cache.js';
import { hasCode } from '../pool/durable-files.js';
import { acceptsZstd, hasCompressedTwin } from './domain/file-headers.js';
import type { RequestPath } from './domain/request-path.js';
import { FileBodies } from './file-bodies.js';
import { describe, isNotModified, sendFile, type SendableFile, type Served } from './send-file.js';

interface OpenFile extends SendableFile {
  readonly handle: FileHandle;
}

/** Bytes of immutable files that are kept in memory, and the largest of them. */
const KEPT_SIZE_BYTES_MAX = 192 * MIB;
const KEPT_FILE_SIZE_BYTES_MAX = 16 * MIB;

/** Sends files of the public folder. The bytes go out as they lie there; only JSON may be sent by its compressed twin. */
export class StaticFiles {
  /** Package indexes by path; what lies under a tag never changes. Packages are too many to be kept. */
  private readonly kept = new BoundedCache<string, KeptFile>(KEPT_SIZE_BYTES_MAX);
  private readonly bodies = new FileBodies();

  constructor(private readonly publicDir: string) {}

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: RequestPath,
  ): Promise<Served> {
    const name = path.segments.at(-1) ?? '';
    const file = join(this.publicDir, ...path.segments);
    if (hasCompressedTwin(name)) {
      response.setHeader('Vary', 'Accept-Encoding');
      if (acceptsZstd(request.headers['accept-encoding'])) {
        const twin = await openFile(`${file}.zst`, this.bodies);
        if (typeof twin === 'object') {
          response.setHeader('Content-Encoding', 'zstd');
          return this.send(request, response, { file: twin, path });
        }
      }
    }
    if (name.endsWith(KEPT_SUFFIX) && (await this.sendKept(request, response, { file, path }))) {
      return 'sent';
    }
    const opened = await openFile(file, this.bodies);
    if (typeof opened !== 'object') return opened;
    return this.send(request, response, { file: opened, path });
  }

  /** Sends an index out of memory, unless the file is another one meanwhile or only a part of it is wanted. */
  private async sendKept(
    request: IncomingMessage,
    response: ServerResponse,
    what: { readonly file: string; readonly path: RequestPath },
  ): Promise<boolean> {
    const { file, path } = what;
    if (request.method !== 'GET' || request.headers.range !== undefined) return false;
    const found = await lstat(file, { bigint: true }).catch(() => undefined);
    if (found?.isFile() !== true || found.size > KEPT_FILE_SIZE_BYTES_MAX) return false;
    const tag = tagOf(found);
    let kept = this.kept.get(file);
    if (kept?.tag !== tag) {
      const bytes = await readFile(file).catch(() => undefined);
      // Replaced between the two looks: the slow way reads tag and bytes from one handle.
      if (bytes === undefined || BigInt(bytes.byteLength) !== found.size) return false;
      kept = { tag, bytes };
      this.kept.set(file, kept, bytes.byteLength);
    }
    describe(response, path, { tag, modifiedAt: found.mtime });
    if (isNotModified(request, { tag, modifiedAt: found.mtime })) response.writeHead(304).end();
    else {
      response.setHeader('Content-Length', kept.bytes.byteLength);
      response.end(kept.bytes);
    }
    return true;
  }

  private async send(
    request: IncomingMessage,
    response: ServerResponse,
    what: { readonly file: OpenFile; readonly path: RequestPath },
  ): Promise<'sent'> {
    const { file, path } = what;
    try {
      await sendFile(request, response, { file, path });
    } finally {
      await file.handle.close();
    }
    return 'sent';
  }
}

const KEPT_SUFFIX = '.index';

interface KeptFile {
  readonly tag: string;
  readonly bytes: Uint8Array;
}

function tagOf(stat: BigIntStats): string {
  return `"${stat.size.toString(36)}-${stat.mtimeNs.toString(36)}-${stat.ino.toString(36)}"`;
}

async function openFile(
  path: string,
  bodies: FileBodies,
): Promise<OpenFile | 'directory' | 'absent'> {
  let handle: FileHandle;
  try {
    // Not following a link at the end, and not waiting for the writer of a pipe.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (ABSENT_CODES.some((code) => hasCode(error, code))) return 'absent';
    throw error;
  }
  const stat = await handle.stat({ bigint: true });
  if (stat.isFile()) {
    return {
      handle,
      tag: tagOf(stat),
      sizeBytes: Number(stat.size),
      modifiedAt: stat.mtime,
      send: (response, range) => bodies.send(handle, response, range),
    };
  }
  await handle.close();
  return stat.isDirectory() ? 'directory' : 'absent';
}

const ABSENT_CODES = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EISDIR', 'ENXIO'] as const;
