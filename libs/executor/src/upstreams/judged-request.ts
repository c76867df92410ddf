import { lookup, type LookupAddress } from 'node:dns';
import http, {
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
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

const REDIRECTS_MAX = 8;
const IDLE_MS = 60_000;
const HEADERS = { 'user-agent': 'cairn', accept: '*/*', 'accept-encoding': 'identity' };

/** Carries facts through streams and sockets, which know only errors. */
export class DownloadFailed extends Error {
  readonly facts: DownloadError;

  constructor(facts: DownloadError) {
    super(facts.message);
    this.facts = facts;
  }
}

/** Where an address leads in the end: every redirect is followed and judged, and nothing is downloaded. */
export async function finalAddress(
  url: string,
  order: Omit<FollowOrder, 'url' | 'headers'>,
): Promise<Result<string, DownloadError>> {
  return follow({ ...order, url }, ({ response, url: final }) => {
    response.destroy();
    return Promise.resolve(ok(final));
  });
}

/** One request, with the redirects it may lead to. */
export interface FollowOrder {
  readonly url: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly timeoutMs: number;
  readonly allowPrivateTargets: boolean;
  readonly signal: AbortSignal;
}

/** An answer that is no redirect. */
export interface Arrival {
  readonly response: IncomingMessage;
  /** The address after all redirects. */
  readonly url: string;
  readonly deadline: AbortSignal;
}

/** Asks by http or https. Every redirect is judged like the first address, at the moment of connecting. */
export async function follow<T>(
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
      callback(new DownloadFailed({ code: 'download.refused', message: INTERNAL_TARGET }), '', 0);
    } else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function refused(message: string): Result<never, DownloadError> {
  return err({ code: 'download.refused', message });
}

/** What a broken connection, a limit or a cancelled signal says about the download. */
export function downloadError(
  error: unknown,
  { order, deadline }: { readonly order: FollowOrder; readonly deadline: AbortSignal },
): DownloadError {
  if (error instanceof DownloadFailed) return error.facts;
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
