import 'reflect-metadata';
import { createLogger, Shutdown } from '@cairn/observability';
import { writeFileDurably } from '@cairn/stone-files';
import { join } from 'node:path';
import { loadConfig, type VesselConfig } from './config.js';
import { startVessel } from './control/vessel.js';

function readConfig(): VesselConfig {
  try {
    return loadConfig(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

const config = readConfig();
const log = createLogger({ name: 'vessel', level: config.logLevel });
const shutdown = new Shutdown({ log, exit: (exitCode) => process.exit(exitCode) });
shutdown.listen();

try {
  const { port, url } = await startVessel({ config, log, shutdown });
  const facts = JSON.stringify({ pid: process.pid, port, url });
  log.info({ port, url }, 'Vessel ready');
  // For whoever started it with any free port. Readers are served from a full disk as well.
  await writeFileDurably(join(config.dataDir, 'vessel.json'), Buffer.from(`${facts}\n`)).catch(
    (err: unknown) => log.error({ err }, 'Address not written'),
  );
} catch (err) {
  log.fatal({ err }, 'Vessel cannot start');
  await shutdown.stop('failed start');
  process.exit(1);
}
