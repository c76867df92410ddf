const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Holds the signals that end a program back until the work is done. A refresh token works once: dying between the
 * server's answer and the file would end the session.
 */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  const held: NodeJS.Signals[] = [];
  const hold = (signal: NodeJS.Signals) => void held.push(signal);
  for (const signal of SIGNALS) process.on(signal, hold);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, hold);
    const [first] = held;
    if (first !== undefined) process.kill(process.pid, first);
  }
}
