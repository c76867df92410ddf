import { lookup, type LookupAddress } from 'node:dns';
import { createWriteStream } from 'node:fs';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { err, ok, type Result } from '@cairn/std';
import { isInternalAddress } from './address-policy.js';

/** Why a download gave no file. */
export interface DownloadError {
  readonly code:
    | 'download.refused'
    | 'download.unreachable'
    | 'download.not-found'
    | 'download.too-large'
    | 'download.time-limit'
    | 'download.cancelled';
  readonly message: string;
}

export interface DownloadOrder {
  readonly url: string;
  /** File to write; replaced when present. */
  readonly target: string;
  readonly sizeMaxBytes: number;
  readonly timeoutMs: number;
  readonly allowPrivateTargets: boolean;
  readonly signal: AbortSignal;
}

/** What arrived. */
export interface Download {
  readonly sizeBytes: number;
  readonly sha256: string;
}

const REDIRECTS_MAX = 8;
const IDLE_MS = 60_000;
const USER_AGENT = 'cairn';

class RefusedTarget extends Error {}

/** Downloads one file by http or https. Every redirect is judged like the first address, at the moment of connecting. */
export async function download(order: DownloadOrder): Promise<Result<Download, DownloadError>> {
  const deadline = AbortSignal.any([order.signal, AbortSignal.timeout(order.timeoutMs)]);
  let url = order.url;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
    const target = judge(url, order.allowPrivateTargets);
    if (!target.ok) return target;
    try {
      const response = await request(target.value, order.allowPrivateTargets, deadline);
      const status = response.statusCode ?? 0;
      const location = response.headers.location;
      if (status >= 300 && status < 400 && location !== undefined) {
        response.destroy();
        if (!URL.canParse(location, url))
          return refused('A redirect leads to an address that cannot be read.');
        url = new URL(location, url).href;
        continue;
      }
      return status === 200
        ? await receive(response, order, deadline)
        : refusedStatus(response, status);
    } catch (error) {
      return err(downloadError(error, { order, deadline }));
    }
  }
  return refused(`More than ${REDIRECTS_MAX} redirects.`);
}

function judge(text: string, allowPrivateTargets: boolean): Result<URL, DownloadError> {
  if (!URL.canParse(text)) return refused('The address cannot be read.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refused(`The scheme ${url.protocol} is not allowed.`);
  if (url.username !== '' || url.password !== '')
    return refused('The address must not hold credentials.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A literal address never passes through the lookup that judges names.
  if (!allowPrivateTargets && isIP(host) !== 0 && isInternalAddress(host))
    return refused(INTERNAL_TARGET);
  return ok(url);
}

const INTERNAL_TARGET = 'The address leads to a private, loopback or link-local target.';

async function request(
  url: URL,
  allowPrivateTargets: boolean,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      signal,
      lookup: allowPrivateTargets ? lookup : publicLookup,
      agent: false as const,
      headers: { 'user-agent': USER_AGENT, accept: '*/*', 'accept-encoding': 'identity' },
    };
    const sent: ClientRequest = (url.protocol === 'https:' ? https : http).get(
      url,
      options,
      resolve,
    );
    sent.setTimeout(IDLE_MS, () => sent.destroy(new Error('No data for a minute.')));
    sent.on('error', reject);
  });
}

/** Resolves a name and fails when any of its addresses is internal, so that the judged address is the connected one. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const addresses = found as LookupAddress[] | undefined;
    const [first] = addresses ?? [];
    if (error !== null) callback(error, '', 0);
    else if (
      addresses === undefined ||
      first === undefined ||
      addresses.some(({ address }) => isInternalAddress(address))
    ) {
      callback(new RefusedTarget(INTERNAL_TARGET), '', 0);
    } else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

async function receive(
  response: IncomingMessage,
  order: DownloadOrder,
  signal: AbortSignal,
): Promise<Result<Download, DownloadError>> {
  const announcedBytes = Number(response.headers['content-length'] ?? 0);
  if (announcedBytes > order.sizeMaxBytes) {
    response.destroy();
    return err(tooLarge(order));
  }
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.byteLength;
      hash.update(chunk);
      done(sizeBytes > order.sizeMaxBytes ? new TooLarge() : null, chunk);
    },
  });
  await pipeline(response, meter, createWriteStream(order.target, { mode: 0o644 }), { signal });
  if (!response.complete)
    return err({
      code: 'download.unreachable',
      message: 'The connection ended in the middle of the file.',
    });
  return ok({ sizeBytes, sha256: hash.digest('hex') });
}

class TooLarge extends Error {}

function tooLarge(order: DownloadOrder): DownloadError {
  return {
    code: 'download.too-large',
    message: `The file is larger than ${order.sizeMaxBytes} bytes.`,
  };
}

function refused(message: string): Result<never, DownloadError> {
  return err({ code: 'download.refused', message });
}

function refusedStatus(response: IncomingMessage, status: number): Result<never, DownloadError> {
  response.destroy();
  const missing = status === 404 || status === 410;
  return err({
    code: missing ? 'download.not-found' : 'download.unreachable',
    message: `The server answered with status ${status}.`,
  });
}

function downloadError(
  error: unknown,
  { order, deadline }: { readonly order: DownloadOrder; readonly deadline: AbortSignal },
): DownloadError {
  if (error instanceof RefusedTarget) return { code: 'download.refused', message: error.message };
  if (error instanceof TooLarge) return tooLarge(order);
  // The abort itself shows as one of several socket errors; the signals tell what really happened.
  if (order.signal.aborted)
    return { code: 'download.cancelled', message: 'The download was cancelled.' };
  if (deadline.aborted) {
    const message = `The download took longer than ${order.timeoutMs} ms.`;
    return { code: 'download.time-limit', message };
  }
  const message = error instanceof Error ? error.message : 'The server cannot be reached.';
  return { code: 'download.unreachable', message };
}
