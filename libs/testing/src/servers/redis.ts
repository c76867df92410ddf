import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, serverAccount, whichProgram } from './account.js';
import { greet } from './port.js';
import type { RunningServer, ServerOptions } from './running-server.js';
import { passwordIn } from './secret-file.js';
import { GivingUp, startServer } from './server-process.js';

const ANSWER_TIMEOUT_MS = 2_000;
const STOP_MS = 10_000;

/** Starts a private Redis on loopback with a password (part of `url`) and, when durable, an append-only file synced every second. */
export async function startRedis(options: ServerOptions): Promise<RunningServer> {
  const program = whichProgram('redis-server');
  if (program === undefined)
    throw new Error('Redis is not installed (Debian package redis-server)');
  const account = serverAccount(options.dir);
  const password = passwordIn(account, 'redis.password');
  const configFile = join(account.dir, 'redis.conf');
  return startServer({
    name: 'redis',
    account,
    port: options.port,
    command: (port) => {
      const lines = [
        'bind 127.0.0.1',
        `port ${port}`,
        `dir "${account.seenDir}"`,
        `requirepass ${password}`,
        'maxmemory-policy noeviction',
        'save ""',
        ...(options.durable ? ['appendonly yes', 'appendfsync everysec'] : ['appendonly no']),
      ];
      writeFileSync(configFile, `${lines.join('\n')}\n`, { mode: 0o600 });
      giveTo(account, configFile);
      return { command: program, args: [join(account.seenDir, 'redis.conf')] };
    },
    url: (port) => `redis://:${password}@127.0.0.1:${port}`,
    probe: (port) => probe(port, password),
    stopSteps: [{ signal: 'SIGTERM', waitMs: STOP_MS }],
  });
}

async function probe(port: number, password: string): Promise<void> {
  const answer = await greet({ port, hello: `AUTH ${password}\r\n`, timeoutMs: ANSWER_TIMEOUT_MS });
  if (answer.startsWith('-WRONGPASS')) throw new GivingUp('another Redis answers on its port');
  const ready = await greet({
    port,
    hello: `AUTH ${password}\r\nPING\r\n`,
    timeoutMs: ANSWER_TIMEOUT_MS,
  });
  if (ready.includes('-LOADING')) throw new Error('Redis is loading its data');
}
