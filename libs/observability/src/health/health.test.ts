import { expect, it } from 'vitest';
import { Health } from './health.js';

it('is ready only when every check answers in time', async () => {
  const health = new Health({ timeoutMs: 20 });
  health.addReadinessCheck('database', () => Promise.resolve());
  expect(await health.readiness()).toEqual({
    status: 'up',
    checks: { database: { status: 'up' } },
  });
  health.addReadinessCheck('broker', () => new Promise(() => undefined));
  health.addReadinessCheck('disk', () => Promise.reject(new RangeError('secret path')));
  expect(await health.readiness()).toEqual({
    status: 'down',
    checks: {
      database: { status: 'up' },
      broker: { status: 'down', reason: 'No answer after 20 ms' },
      disk: { status: 'down', reason: 'RangeError' },
    },
  });
  expect(health.liveness().status).toBe('up');
});

it('tells a check when its answer is no longer wanted', async () => {
  const health = new Health({ timeoutMs: 10 });
  let wasTold = false;
  health.addReadinessCheck('slow', (signal) => {
    signal.addEventListener('abort', () => (wasTold = true));
    return new Promise(() => undefined);
  });
  await health.readiness();
  expect(wasTold).toBe(true);
});

it('runs the checks once for callers that come together', async () => {
  const health = new Health();
  let runs = 0;
  health.addReadinessCheck('counted', async () => {
    runs += 1;
    await Promise.resolve();
  });
  await Promise.all([health.readiness(), health.readiness()]);
  expect(runs).toBe(1);
});

it('is not ready while it drains', async () => {
  const health = new Health();
  health.drain();
  expect((await health.readiness()).status).toBe('down');
  expect(health.liveness().status).toBe('up');
});
