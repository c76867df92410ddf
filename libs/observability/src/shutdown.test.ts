import { expect, it } from 'vitest';
import { createLogger } from './logging/logger.js';
import { Shutdown } from './shutdown.js';

const log = createLogger({ name: 'test', level: 'silent' });
const exit = (): void => undefined;

it('stops in the reverse order, once, and goes on after a failure', async () => {
  const shutdown = new Shutdown({ log, exit });
  const stopped: string[] = [];
  shutdown.add('database', () => void stopped.push('database'));
  shutdown.add('broker', () => Promise.reject(new Error('gone')));
  shutdown.add('http', () => void stopped.push('http'));
  expect(shutdown.signal.aborted).toBe(false);
  expect(await Promise.all([shutdown.stop('test'), shutdown.stop('again')])).toEqual([
    false,
    false,
  ]);
  expect(shutdown.signal.aborted).toBe(true);
  expect(stopped).toEqual(['http', 'database']);
});

it('does not wait for ever for a part that hangs', async () => {
  const shutdown = new Shutdown({ log, exit, stepTimeoutMs: 10 });
  let isDatabaseStopped = false;
  shutdown.add('database', () => {
    isDatabaseStopped = true;
  });
  shutdown.add('hanging', () => new Promise(() => undefined));
  expect(await shutdown.stop('test')).toBe(false);
  expect(isDatabaseStopped).toBe(true);
});
