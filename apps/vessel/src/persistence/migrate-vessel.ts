import { migrateDeploy } from '@cairn/persistence';
import { join } from 'node:path';

/** From `apps/vessel/dist/persistence` (or `src`) up to the repository root. */
const MIGRATIONS_DIR = join(import.meta.dirname, '../../../../prisma/vessel/migrations');

/** Brings vessel's database up to date; returns the names of the migrations that were missing. */
export function migrateVessel(connectionString: string): Promise<readonly string[]> {
  return migrateDeploy({ connectionString, dir: MIGRATIONS_DIR });
}
