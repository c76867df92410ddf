import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { OperatorError } from '../operator-error.js';

/**
 * Makes sure that one process at a time works in a state directory. The lock is a socket name of the kernel's, so it
 * is gone with its process however that ends. Throws an `OperatorError` when another one has it.
 */
export async function lockStateDirectory(stateDir: string): Promise<Server> {
  const digest = createHash('sha256').update(realpathSync(stateDir)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new OperatorError(
          `Another avalanche works in ${stateDir}. Stop it first, or give this one a state directory of its own.`,
          { cause },
        ),
      ),
    );
    server.listen(`\0cairn-avalanche-${digest}`, resolve);
  });
  server.unref();
  return server;
}
