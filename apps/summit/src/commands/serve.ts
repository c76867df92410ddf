import { createLogger, Shutdown } from '@cairn/observability';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../config.js';
import { startSummit } from '../summit.js';

/** Runs the service until it is told to stop. When it is ready it writes where it listens into its data folder. */
export async function serve(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const config = loadConfig(environment);
  const log = createLogger({ name: 'summit', level: config.logLevel });
  const shutdown = new Shutdown({ log, exit: (exitCode) => process.exit(exitCode) });
  shutdown.listen();
  try {
    const { port, url } = await startSummit({ config, log, shutdown });
    const facts = JSON.stringify({ pid: process.pid, port, url });
    await writeFile(join(config.dataDir, 'summit.json'), `${facts}\n`);
    log.info({ port, url }, 'Summit ready');
  } catch (error) {
    log.fatal({ err: error }, 'Summit cannot start');
    await shutdown.stop('failed start');
    process.exit(1);
  }
}
