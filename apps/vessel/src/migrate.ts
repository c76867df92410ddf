import { createLogger } from '@cairn/observability';
import { loadDatabaseUrl } from './config.js';
import { migrateVessel } from './persistence/migrate-vessel.js';

const log = createLogger({ name: 'vessel-migrate', level: 'info' });
try {
  log.info({ applied: await migrateVessel(loadDatabaseUrl()) }, 'Database up to date');
} catch (err) {
  log.fatal({ err }, 'Migration failed');
  process.exitCode = 1;
}
