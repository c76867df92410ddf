import { createLogger } from '@cairn/observability';
import { migrateDeploy } from '@cairn/persistence';
import { join } from 'node:path';
import { loadDatabaseUrl } from './config.js';

/** From `apps/vessel/dist` (or `src`) up to the repository root. */
const MIGRATIONS_DIR = join(import.meta.dirname, '../../../prisma/vessel/migrations');

const log = createLogger({ name: 'vessel-migrate', level: 'info' });
try {
  const applied = await migrateDeploy({
    connectionString: loadDatabaseUrl(),
    dir: MIGRATIONS_DIR,
  });
  log.info({ applied }, 'Database up to date');
} catch (err) {
  log.fatal({ err }, 'Migration failed');
  process.exitCode = 1;
}
