import { lookup, type LookupAddress } from 'node:dns';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http, {
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { createHash, type Hash } from 'node:crypto';
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
  /** Set where the file is there in part and the server can send the rest. */
  readonly resumption?: Resumption;
}

/** What says that the rest of a file belongs to the part that is there: a strong ETag or a Last-Modified. */
export interface Resumption {
  readonly validator: string;
}

export interface DownloadOrder {
  readonly url: string;
  /** File to write; replaced when present. */
  readonly target: string;
  /** Goes on behind the bytes that the target holds, if the server still has that very file. */
  readonly resumption?: Resumption;
  /** Told every few seconds; the total is undefined where the server does not say it. */
  readonly onBytes?: (doneBytes: number, totalBytes: number | undefined) => void;
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
const HEADERS = { 'user-agent': 'cairn', accept: '*/*', 'accept-encoding': 'identity' };
const PROGRESS_MS = 5_000;

class RefusedTarget extends Error {}

/** Where an address leads in the end: every redirect is followed and judged, and nothing is downloaded. */
export async function finalAddress(
  url: string,
  order: Pick<DownloadOrder, 'allowPrivateTargets' | 'timeoutMs' | 'signal'>,
): Promise<Result<string, DownloadError>> {
  return follow({ ...order, url }, ({ response, url: final }) => {
    response.destroy();
    return Promise.resolve(ok(final));
  });
}

/** Downloads one file by http or https. Every redirect is judged like the first address, at the moment of connecting. */
export async function download(order: DownloadOrder): Promise<Result<Download, DownloadError>> {
  const offsetBytes = order.resumption === undefined ? 0 : await sizeOf(order.target);
  const range =
    order.resumption === undefined || offsetBytes === 0
      ? {}
      : { range: `bytes=${offsetBytes}-`, 'if-range': order.resumption.validator };
  return follow({ ...order, headers: range }, async ({ response, deadline }) => {
    if (response.statusCode === 200) return receive(response, { order, deadline, offsetBytes: 0 });
    const isRest =
      response.statusCode === 206 &&
      response.headers['content-range']?.startsWith(`bytes ${offsetBytes}-`) === true;
    return isRest ? receive(response, { order, deadline, offsetBytes }) : refusedStatus(response);
  });
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

interface FollowOrder extends Pick<
  DownloadOrder,
  'url' | 'allowPrivateTargets' | 'timeoutMs' | 'signal'
> {
  readonly headers?: OutgoingHttpHeaders;
}

interface Arrival {
  readonly response: IncomingMessage;
  /** The address after all redirects. */
  readonly url: string;
  readonly deadline: AbortSignal;
}

async function follow<T>(
  order: FollowOrder,
  arrive: (arrival: Arrival) => Promise<Result<T, DownloadError>>,
): Promise<Result<T, DownloadError>> {
  const deadline = AbortSignal.any([order.signal, AbortSignal.timeout(order.timeoutMs)]);
  let url = order.url;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
    const target = judge(url, order.allowPrivateTargets);
    if (!target.ok) return target;
    try {
      const response = await request(target.value, order, deadline);
      const status = response.statusCode ?? 0;
      const location = response.headers.location;
      if (status >= 300 && status < 400 && location !== undefined) {
        response.destroy();
        if (!URL.canParse(location, url))
          return refused('A redirect leads to an address that cannot be read.');
        url = new URL(location, url).href;
        continue;
      }
      return await arrive({ response, url, deadline });
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
  { allowPrivateTargets, headers }: FollowOrder,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      signal,
      lookup: allowPrivateTargets ? lookup : publicLookup,
      agent: false as const,
      headers: { ...HEADERS, ...headers },
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
  more: {
    readonly order: DownloadOrder;
    readonly deadline: AbortSignal;
    readonly offsetBytes: number;
  },
): Promise<Result<Download, DownloadError>> {
  const { order, deadline, offsetBytes } = more;
  const announced = response.headers['content-length'];
  const totalBytes = announced === undefined ? undefined : offsetBytes + Number(announced);
  if ((totalBytes ?? 0) > order.sizeMaxBytes) {
    response.destroy();
    return err(tooLarge(order));
  }
  const hash = createHash('sha256');
  if (offsetBytes > 0) await hashFile(order.target, hash);
  let sizeBytes = offsetBytes;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.byteLength;
      hash.update(chunk);
      done(sizeBytes > order.sizeMaxBytes ? new TooLarge(tooLarge(order)) : null, chunk);
    },
  });
  const target = createWriteStream(order.target, {
    mode: 0o644,
    flags: offsetBytes > 0 ? 'a' : 'w',
  });
  const progress = setInterval(() => order.onBytes?.(sizeBytes, totalBytes), PROGRESS_MS);
  try {
    await pipeline(response, meter, target, { signal: deadline });
  } catch (error) {
    return err({ ...downloadError(error, { order, deadline }), ...resumptionOf(response) });
  } finally {
    clearInterval(progress);
  }
  if (!response.complete)
    return err({
      code: 'download.unreachable',
      message: 'The connection ended in the middle of the file.',
      ...resumptionOf(response),
    });
  return ok({ sizeBytes, sha256: hash.digest('hex') });
}

async function hashFile(file: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
}

function resumptionOf({ headers }: IncomingMessage): Pick<DownloadError, 'resumption'> {
  const isStrong = headers.etag !== undefined && !headers.etag.startsWith('W/');
  const validator = isStrong ? headers.etag : headers['last-modified'];
  return validator === undefined ? {} : { resumption: { validator } };
}

class TooLarge extends Error {
  readonly facts: DownloadError;

  constructor(facts: DownloadError) {
    super(facts.message);
    this.facts = facts;
  }
}

function tooLarge(order: DownloadOrder): DownloadError {
  return {
    code: 'download.too-large',
    message: `The file is larger than ${order.sizeMaxBytes} bytes.`,
  };
}

function refused(message: string): Result<never, DownloadError> {
  return err({ code: 'download.refused', message });
}

function refusedStatus(response: IncomingMessage): Result<never, DownloadError> {
  response.destroy();
  const status = response.statusCode ?? 0;
  const missing = status === 404 || status === 410;
  return err({
    code: missing ? 'download.not-found' : 'download.unreachable',
    message: `The server answered with status ${status}.`,
  });
}

function downloadError(
  error: unknown,
  { order, deadline }: { readonly order: FollowOrder; readonly deadline: AbortSignal },
): DownloadError {
  if (error instanceof RefusedTarget) return { code: 'download.refused', message: error.message };
  if (error instanceof TooLarge) return error.facts;
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
