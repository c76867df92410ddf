import { inboxPrefix } from '@cairn/identity';
import {
  connect,
  jwtAuthenticator,
  wsconnect,
  type ConnectionOptions,
  type NatsConnection,
} from '@nats-io/transport-node';
import { checkNatsUrl } from './nats-url.js';

const RECONNECT_WAIT_MS = 250;
const RECONNECT_JITTER_MS = 750;
const PING_INTERVAL_MS = 15_000;
const PINGS_UNANSWERED_MAX = 2;

export interface NatsLinkOptions {
  readonly url: string;
  readonly credentials: { readonly jwt: string; readonly seed: string };
  /** The builder's id, or the role of a service: names the inbox that the broker lets us use. */
  readonly senderId: string;
  /** Shown in the broker's monitoring. */
  readonly name: string;
}

/**
 * Connects to the broker and keeps trying for ever, also when it turns us away for a while: a broker that
 * starts anew may not know us yet. Throws only when the URL is unsafe.
 */
export async function connectNats(options: NatsLinkOptions): Promise<NatsConnection> {
  const url = checkNatsUrl(options.url);
  const settings: ConnectionOptions = {
    servers: options.url,
    name: options.name,
    authenticator: jwtAuthenticator(
      options.credentials.jwt,
      new TextEncoder().encode(options.credentials.seed),
    ),
    inboxPrefix: inboxPrefix(options.senderId),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    reconnectJitterTLS: RECONNECT_JITTER_MS,
    waitOnFirstConnect: true,
    ignoreAuthErrorAbort: true,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    noAsyncTraces: true,
  };
  return url.protocol.startsWith('ws') ? wsconnect(settings) : connect(settings);
}
