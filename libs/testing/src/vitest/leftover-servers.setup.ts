import { afterAll } from 'vitest';
import { serversStillRunning } from '../servers/running-server.js';

// Registered before the hooks of the test file, so it runs after them.
afterAll(() => {
  const forgotten = serversStillRunning();
  for (const { pid } of forgotten) process.kill(pid, 'SIGKILL');
  if (forgotten.length > 0) {
    const list = forgotten.map(({ name, pid }) => `${name} (${pid})`).join(', ');
    throw new Error(`This test file did not stop: ${list}`);
  }
});
