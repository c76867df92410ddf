import { inboxPrefix } from '@cairn/identity';
import {
  jwtAuthenticator,
  type ConnectionOptions,
  type NatsConnection,
} from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { dialNats } from './dial-nats.js';
import { checkNatsUrl } from './nats-url.js';

const RECONNECT_WAIT_MS = 250;
const RECONNECT_JITTER_MS = 750;
const PING_INTERVAL_MS = 15_000;
const PINGS_UNANSWERED_MAX = 2;
const FIRST_CONNECT_WAIT_MS = 500;
/** While nothing changes, one failed try in so many is told: about one a minute. */
const TRIES_PER_REPORT = 120;
/** A broker that only starts anew is back before that. */
const OUTAGE_FIRST_REPORT_MS = 2_000;
const OUTAGE_REPORT_INTERVAL_MS = 60_000;

export interface NatsLinkOptions {
  readonly url: string;
  readonly credentials: { readonly jwt: string; readonly seed: string };
  /** The builder's id, or the role of a service: names the inbox that the broker lets us use. */
  readonly senderId: string;
  /** Shown in the broker's monitoring. */
  readonly name: string;
  /** Told in a sentence why the broker cannot be reached, at most about once a minute while the reason stays the same. */
  readonly onFault: (reason: string) => void;
}

type Dial = (changes?: Pick<ConnectionOptions, 'reconnect'>) => Promise<NatsConnection>;

/**
 * Connects to the broker and keeps trying for ever, also when it turns us away for a while: a broker that
 * starts anew may not know us yet. Throws only when the URL is unsafe.
 */
export async function connectNats(options: NatsLinkOptions): Promise<NatsConnection> {
  checkNatsUrl(options.url);
  const settings = linkSettings(options);
  const dial: Dial = (changes) => dialNats(options.url, { ...settings, ...changes });
  const connection = await firstConnection(dial, options.onFault);
  void explainOutages(connection, dial, options.onFault);
  return connection;
}

function linkSettings({ name, credentials, senderId }: NatsLinkOptions): ConnectionOptions {
  return {
    name,
    authenticator: jwtAuthenticator(credentials.jwt, new TextEncoder().encode(credentials.seed)),
    inboxPrefix: inboxPrefix(senderId),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    reconnectJitterTLS: RECONNECT_JITTER_MS,
    ignoreAuthErrorAbort: true,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    noAsyncTraces: true,
  };
}

/** The client could wait by itself, but would not say what for. */
async function firstConnection(
  dial: Dial,
  onFault: NatsLinkOptions['onFault'],
): Promise<NatsConnection> {
  let told: string | undefined;
  for (let tries = 0; ; tries += 1) {
    try {
      return await dial();
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== told || tries % TRIES_PER_REPORT === 0) onFault(reason);
      told = reason;
    }
    await sleep(FIRST_CONNECT_WAIT_MS);
  }
}

/** The client connects again by itself but keeps the reasons of failed tries, so a try of our own finds them out. */
async function explainOutages(
  connection: NatsConnection,
  dial: Dial,
  onFault: NatsLinkOptions['onFault'],
): Promise<void> {
  let outage = new AbortController();
  for await (const { type } of connection.status()) {
    if (type !== 'disconnect' && type !== 'reconnect') continue;
    outage.abort();
    outage = new AbortController();
    if (type === 'disconnect') void explainOutage(dial, onFault, outage.signal);
  }
  outage.abort();
}

async function explainOutage(
  dial: Dial,
  onFault: NatsLinkOptions['onFault'],
  signal: AbortSignal,
): Promise<void> {
  let waitMs = OUTAGE_FIRST_REPORT_MS;
  while (await isOver(waitMs, signal)) {
    waitMs = OUTAGE_REPORT_INTERVAL_MS;
    try {
      await (await dial({ reconnect: false })).close();
    } catch (error) {
      if (!signal.aborted) onFault(messageOf(error));
    }
  }
}

/** True after the time, false as soon as the signal is given. */
function isOver(waitMs: number, signal: AbortSignal): Promise<boolean> {
  return sleep(waitMs, true, { signal, ref: false }).catch(() => false);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
