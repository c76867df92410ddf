import {
  connect,
  wsconnect,
  type ConnectionOptions,
  type NatsConnection,
} from '@nats-io/transport-node';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describeConnectFault } from './connect-fault.js';
import { checkNatsUrl } from './nats-url.js';

const HANDSHAKE_TIMEOUT_MS = 5_000;
const WSS_PORT = 443;

/**
 * Connects to the broker once, over what the URL says; with `tls://` and `wss://` never without encryption, whatever the
 * broker offers. Throws an error whose message says why the broker cannot be reached.
 */
export async function dialNats(
  address: string,
  settings: Omit<ConnectionOptions, 'servers' | 'tls'>,
): Promise<NatsConnection> {
  const url = checkNatsUrl(address);
  try {
    if (url.protocol.startsWith('ws')) return await wsconnect({ ...settings, servers: address });
    return await connect({ ...settings, servers: address, ...demandedTls(url) });
  } catch (error) {
    const handshake = url.protocol === 'wss:' ? await handshakeFault(url) : undefined;
    throw new Error(describeConnectFault(handshake ?? error, url), { cause: error });
  }
}

/**
 * Without these settings the client takes plain text when a broker, or somebody on the way, offers nothing else. The
 * host is said because the client would compare the certificate with "localhost" when the address is a number.
 */
function demandedTls(url: URL): Pick<ConnectionOptions, 'tls'> {
  if (url.protocol !== 'tls:') return {};
  const tls = { handshakeFirst: false, host: bareHost(url) };
  return { tls };
}

/** A WebSocket does not tell why it failed. If it was the certificate, a handshake of our own gives the reason. */
function handshakeFault(url: URL): Promise<Error | undefined> {
  const host = bareHost(url);
  const port = url.port === '' ? WSS_PORT : Number(url.port);
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, ...(isIP(host) !== 0 ? {} : { servername: host }) });
    const end = (fault: Error | undefined): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => end(undefined));
    socket.once('secureConnect', () => end(undefined));
    socket.on('error', end);
  });
}

/** The host without the brackets that an IPv6 address has in a URL. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
