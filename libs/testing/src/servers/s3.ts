import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { mkdirSync } from 'node:fs';
import { greet } from './port.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './server-process.js';

const ANSWER_TIMEOUT_MS = 2_000;
const STOP_MS = 5_000;

/** The one pair of keys that the S3 server for tests knows, as the variables in which S3 clients look for them. */
export const S3_TEST_KEYS = {
  AWS_ACCESS_KEY_ID: 'S3RVER',
  AWS_SECRET_ACCESS_KEY: 'S3RVER',
} as const;

/** Starts a private S3 server on loopback that has one bucket. For tests only: it keeps objects as plain files. */
export async function startS3(options: {
  readonly dir: string;
  readonly bucket: string;
  readonly port?: number;
}): Promise<RunningServer> {
  const program = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js');
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  return startServer({
    name: 's3',
    // It keeps our account: its program lies in our checkout, which others need not be able to read.
    account: { dir, seenDir: dir, dropsRights: false },
    port: options.port,
    command: (port) => ({
      command: process.execPath,
      args: [
        ...[program, '--directory', join(dir, 'objects')],
        ...['--address', '127.0.0.1', '--port', String(port)],
        ...['--no-vhost-buckets', '--configure-bucket', options.bucket],
      ],
    }),
    url: (port) => `http://127.0.0.1:${port}`,
    probe,
    stopSteps: [{ signal: 'SIGTERM', waitMs: STOP_MS }],
  });
}

async function probe(port: number): Promise<void> {
  const hello = 'GET / HTTP/1.0\r\n\r\n';
  const answer = await greet({ port, hello, timeoutMs: ANSWER_TIMEOUT_MS });
  if (!answer.startsWith('HTTP/')) throw new Error('Something else answers on the port of S3');
}
