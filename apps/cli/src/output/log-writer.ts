import { once } from 'node:events';
import { HarmlessLog } from './harmless-log.js';
import { type Screen } from './screen.js';

const RESET = '\u001b[0m';
const INTERRUPTED_EXIT_CODE = 130;

/** Writes the bytes of a log: as they are into pipes and files, made harmless on a terminal. */
export async function writeLog(
  bytes: AsyncIterable<Uint8Array>,
  screen: Pick<Screen, 'isTerminal' | 'hasColours'>,
): Promise<void> {
  if (!screen.isTerminal) {
    for await (const piece of bytes) await write(piece);
    return;
  }
  const log = new HarmlessLog(screen);
  const interrupted = () => {
    if (screen.hasColours) process.stdout.write(RESET);
    process.exit(INTERRUPTED_EXIT_CODE);
  };
  process.once('SIGINT', interrupted);
  try {
    for await (const piece of bytes) await write(log.push(piece));
  } finally {
    process.off('SIGINT', interrupted);
    await write(log.end());
  }
}

/** Waits for a slow reader, so that memory does not fill. */
async function write(chunk: Uint8Array | string): Promise<void> {
  if (chunk.length > 0 && !process.stdout.write(chunk)) await once(process.stdout, 'drain');
}
