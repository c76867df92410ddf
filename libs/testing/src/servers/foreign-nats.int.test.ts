import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { awaitForeignNats } from './foreign-nats.js';
import { freePort } from './port.js';

it('writes what the broker must know and waits until it answers', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cairn-foreign-'));
  const url = `nats://127.0.0.1:${await freePort()}`;
  const said: string[] = [];
  let isReady = false;
  const ready = awaitForeignNats({
    url,
    dir,
    config: (seen) => `# keeps its files in ${seen.dir}`,
    onProgress: (sentence) => said.push(sentence),
  }).then(() => (isReady = true));
  await sleep(700);
  expect(isReady).toBe(false);
  const [line = ''] = said;
  const [command = '', ...args] = line.slice(line.indexOf('nats-server')).split(' ');
  expect(existsSync(args.at(-1) ?? '')).toBe(true);
  const broker = spawn(command, args, { stdio: 'ignore' });
  const ended = once(broker, 'exit');
  try {
    await ready;
  } finally {
    broker.kill();
    await ended;
    rmSync(dir, { recursive: true });
  }
});
