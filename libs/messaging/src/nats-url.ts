const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '::1', '[::1]'];
const PROTOCOLS: readonly string[] = ['nats:', 'tls:', 'ws:', 'wss:'];

/** Checks where the broker is: beyond loopback only `tls://` and `wss://`, for tokens and orders travel on it. */
export function checkNatsUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Error(
      `The NATS URL ${JSON.stringify(text)} is not a URL: use tls://host:port or wss://host.`,
    );
  }
  if (!PROTOCOLS.includes(url.protocol)) {
    throw new Error(
      `The NATS URL begins with ${url.protocol}//: use nats://, tls://, ws:// or wss://.`,
    );
  }
  const isEncrypted = url.protocol === 'tls:' || url.protocol === 'wss:';
  if (!isEncrypted && !LOOPBACK_HOSTS.includes(url.hostname)) {
    throw new Error(
      `The NATS URL for ${url.hostname} is not encrypted: beyond this machine use tls:// or wss://.`,
    );
  }
  return url;
}
