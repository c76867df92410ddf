import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { greet } from './port.js';

const NATS_PORT = 4_222;
const ANSWER_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 500;
const START_TIMEOUT_MS = 120_000;

/** A NATS server that somebody else runs. */
export interface ForeignNats {
  /** `nats://host:port` or `tls://host:port`. */
  readonly url: string;
  /** Folder for the configuration that it must run with. */
  readonly dir: string;
  readonly config: (seen: { readonly dir: string }) => string;
  readonly onProgress: (sentence: string) => void;
}

/**
 * Writes the configuration that the server must have, for it has to know our operator and every revocation, and waits
 * until it answers. Fails after two minutes.
 */
export async function awaitForeignNats({
  url,
  dir,
  config,
  onProgress,
}: ForeignNats): Promise<void> {
  const { hostname: host, port } = new URL(url);
  const address = { host, port: Number(port === '' ? NATS_PORT : port) };
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'nats.conf');
  const listen = `listen: ${JSON.stringify(`${host}:${address.port}`)}`;
  writeFileSync(file, `${listen}\n${config({ dir })}\n`, { mode: 0o600 });
  onProgress(`Using the broker at ${url}. It must run as: nats-server -c ${file}`);
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const greeting = await greet({ ...address, hello: '', timeoutMs: ANSWER_TIMEOUT_MS }).catch(
      () => '',
    );
    if (greeting.startsWith('INFO ')) return;
    if (performance.now() > deadline)
      throw new Error(`No NATS server answers at ${url}. Start it: nats-server -c ${file}`);
    await sleep(POLL_INTERVAL_MS);
  }
}
