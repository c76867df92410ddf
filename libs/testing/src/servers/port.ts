import { createConnection, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** A TCP port on loopback that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return listenBriefly(0);
}

/** The wished port when it is free, else any other. */
export async function portLike(wished: number | undefined): Promise<number> {
  if (wished === undefined) return freePort();
  try {
    return await listenBriefly(wished);
  } catch {
    return freePort();
  }
}

function listenBriefly(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, LOOPBACK, () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('No port was given'));
        else resolve(address.port);
      });
    });
  });
}

/** Connects, sends `hello`, and returns what the server says first; fails when it says nothing in time. */
export function greet(options: {
  /** Loopback unless told. */
  readonly host?: string;
  readonly port: number;
  readonly hello: string;
  readonly timeoutMs: number;
}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port: options.port, host: options.host ?? LOOPBACK }, () => {
      if (options.hello !== '') socket.write(options.hello);
    });
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(options.timeoutMs, () => end(() => reject(new Error('No answer in time'))));
    socket.once('data', (bytes) => end(() => resolve(bytes.toString('latin1'))));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => reject(new Error('Closed without an answer')));
  });
}
