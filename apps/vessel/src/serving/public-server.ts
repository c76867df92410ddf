import type { Health, Logger, Metrics } from '@cairn/observability';
import { METRICS_CONTENT_TYPE } from '@cairn/observability';
import { KIB, SECOND_MS } from '@cairn/std';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hasCode } from '../pool/durable-files.js';
import { sendFault, sendReport, sendText } from './answers.js';
import { inOrder, listDirectory, listingPage, type ListedEntry } from './directory-listing.js';
import { LISTING_CACHE_CONTROL } from './domain/file-headers.js';
import { parseRequestPath, type RequestPath } from './domain/request-path.js';
import type { PoolFiles } from './pool-files.js';
import type { Served } from './send-file.js';
import { StaticFiles } from './static-files.js';

/** Clients that may be connected at once; further ones are turned away by the kernel's queue. */
const CONNECTIONS_MAX = 12_000;
const HEADERS_SIZE_BYTES_MAX = 16 * KIB;
const HEADERS_TIMEOUT_MS = 15 * SECOND_MS;
const REQUEST_TIMEOUT_MS = 30 * SECOND_MS;
const KEEP_ALIVE_TIMEOUT_MS = 15 * SECOND_MS;
/** A reader that takes nothing for so long is cut off, so that it holds no file open for ever. */
const STALLED_READER_TIMEOUT_MS = 60 * SECOND_MS;
const REQUESTS_PER_CONNECTION_MAX = 10_000;

export interface PublicServerOptions {
  readonly publicDir: string;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Makes a file that is listed and does not lie there now; whether it does afterwards. */
  readonly makeMissing?: (segments: readonly string[]) => Promise<boolean>;
  /** Sends package files, where they do not lie in the public folder. */
  readonly pool?: PoolFiles | undefined;
}

/** The repository over HTTP: GET and HEAD, no way to change anything. */
export class PublicServer {
  private readonly server: Server;
  private readonly files: StaticFiles;

  constructor(private readonly options: PublicServerOptions) {
    this.files = new StaticFiles(options.publicDir);
    this.server = createServer(
      {
        maxHeaderSize: HEADERS_SIZE_BYTES_MAX,
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      },
      (request, response) => void this.handle(request, response),
    );
    this.server.maxConnections = CONNECTIONS_MAX;
    this.server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
    this.server.setTimeout(STALLED_READER_TIMEOUT_MS);
  }

  /** Begins to listen and returns the port. */
  async listen(): Promise<number> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends idle connections at once and the others when the server is told to hurry. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const hurry = setTimeout(() => this.server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(hurry);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      await this.route(request, response);
    } catch (error) {
      if (isClientGone(error)) response.destroy();
      else this.fail(request, response, error);
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      sendText(response, 405, 'Only GET and HEAD are possible here.');
      return;
    }
    const path = parseRequestPath(request.url ?? '');
    if (path === undefined) {
      sendText(response, 404, 'There is nothing here.');
      return;
    }
    if (path.segments.length === 1 && !path.isDirectory) {
      if (await this.routeOwn(response, path.segments[0] ?? '')) return;
    }
    const served = path.isDirectory ? 'directory' : await this.serve(request, response, path);
    if (served === 'directory') await this.sendDirectory(request, response, path);
    if (served !== 'absent') return;
    const isMade = (await this.options.makeMissing?.(path.segments)) ?? false;
    if (isMade && (await this.files.serve(request, response, path)) === 'sent') return;
    sendText(response, 404, 'There is nothing here.');
  }

  private serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: RequestPath,
  ): Promise<Served> {
    const { pool } = this.options;
    const place = pool?.owns(path) === true ? pool : this.files;
    return place.serve(request, response, path);
  }

  /** The server's own routes; no channel can have such a name and be asked for without a slash. */
  private async routeOwn(response: ServerResponse, name: string): Promise<boolean> {
    const { health, metrics } = this.options;
    if (name === 'healthz') sendReport(response, health.liveness());
    else if (name === 'readyz') sendReport(response, await health.readiness());
    else if (name === 'metrics') {
      response.setHeader('Content-Type', METRICS_CONTENT_TYPE);
      response.end(await metrics.render());
    } else return false;
    return true;
  }

  private async sendDirectory(
    request: IncomingMessage,
    response: ServerResponse,
    path: RequestPath,
  ): Promise<void> {
    const shown = `/${path.segments.map((segment) => `${segment}/`).join('')}`;
    if (!path.isDirectory) {
      const location = `/${path.segments.map((segment) => `${encodeURIComponent(segment)}/`).join('')}`;
      response.setHeader('Location', location);
      sendText(response, 308, location);
      return;
    }
    const entries = await this.entriesOf(path);
    if (entries === undefined) {
      sendText(response, 404, 'There is nothing here.');
      return;
    }
    const wantsJson = request.headers.accept?.includes('application/json') ?? false;
    response.setHeader('Vary', 'Accept');
    response.setHeader('Cache-Control', LISTING_CACHE_CONTROL);
    if (wantsJson) {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.end(JSON.stringify({ path: shown, entries }));
      return;
    }
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    response.end(listingPage(shown, entries));
  }

  private async entriesOf({ segments }: RequestPath): Promise<readonly ListedEntry[] | undefined> {
    const stored = (await this.options.pool?.list(segments)) ?? [];
    try {
      const found = await listDirectory(join(this.options.publicDir, ...segments));
      const names = new Set(found.map(({ name }) => name));
      return inOrder([...found, ...stored.filter(({ name }) => !names.has(name))]);
    } catch (error) {
      if (!hasCode(error, 'ENOENT') && !hasCode(error, 'ENOTDIR')) throw error;
      return stored.length === 0 ? undefined : inOrder(stored);
    }
  }

  private fail(request: IncomingMessage, response: ServerResponse, err: unknown): void {
    this.options.log.error({ err, path: request.url }, 'Request failed');
    if (response.headersSent) response.destroy();
    else sendFault(response, err);
  }
}

const CLOSE_GRACE_MS = 3_000;

/** The reader went away or stalled; that is its right. */
function isClientGone(error: unknown): boolean {
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED'].some(
    (code) => hasCode(error, code),
  );
}
