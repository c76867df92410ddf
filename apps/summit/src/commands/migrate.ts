import { migrateDeploy } from '@cairn/persistence';
import { resolve } from 'node:path';

const MIGRATIONS_DIR = resolve(import.meta.dirname, '../../../../prisma/summit/migrations');

/** Brings the database up to date; returns the names of the migrations that were applied. */
export function migrate(connectionString: string): Promise<readonly string[]> {
  return migrateDeploy({ connectionString, dir: MIGRATIONS_DIR });
}
