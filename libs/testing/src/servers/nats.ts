import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, serverAccount, whichProgram } from './account.js';
import { greet } from './port.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './server-process.js';

const ANSWER_TIMEOUT_MS = 2_000;
const STOP_MS = 5_000;

/** Where a NATS server keeps its files and what it is told beyond its address. NATS core keeps no data, so nothing is durable. */
export interface NatsOptions {
  readonly dir: string;
  readonly port?: number;
  /** Text appended to the configuration; a function is given the data folder as the server sees it. */
  readonly config?: string | ((seen: { readonly dir: string }) => string);
}

/** Starts a private NATS server on loopback. Accounts and permissions come from `config`. */
export async function startNats(options: NatsOptions): Promise<RunningServer> {
  const program = whichProgram('nats-server');
  if (program === undefined) throw new Error('NATS is not installed (Debian package nats-server)');
  const account = serverAccount(options.dir);
  const configFile = join(account.dir, 'nats.conf');
  const config =
    typeof options.config === 'function'
      ? options.config({ dir: account.seenDir })
      : (options.config ?? '');
  return startServer({
    name: 'nats',
    account,
    port: options.port,
    command: (port) => {
      writeFileSync(configFile, `listen: "127.0.0.1:${port}"\n${config}\n`, { mode: 0o600 });
      giveTo(account, configFile);
      return { command: program, args: ['-c', join(account.seenDir, 'nats.conf')] };
    },
    url: (port) => `nats://127.0.0.1:${port}`,
    probe,
    stopSteps: [{ signal: 'SIGTERM', waitMs: STOP_MS }],
  });
}

async function probe(port: number): Promise<void> {
  const greeting = await greet({ port, hello: '', timeoutMs: ANSWER_TIMEOUT_MS });
  if (!greeting.startsWith('INFO ')) throw new Error('Something else answers on the port of NATS');
}
