import path from 'node:path';
import { chooseExecutor, type Executor } from '@cairn/executor';
import { type AvalancheConfig } from '../config.js';

/** The executor that the configuration names. */
export function executorOf(
  config: Pick<AvalancheConfig, 'executor' | 'stateDir' | 'verifyManifests'>,
): Executor {
  return chooseExecutor({
    choice: config.executor,
    homeDir: path.join(config.stateDir, 'home'),
    verifyCommitted: config.verifyManifests,
  });
}
