import { existsSync } from 'node:fs';
import path from 'node:path';
import { boulderExecutor, sandboxExecutor, type Executor } from '@cairn/executor';
import { type AvalancheConfig } from '../config.js';

const BOULDER = '/usr/bin/boulder';

/** The executor that the configuration names; `auto` is the distribution's own tool where it is installed. */
export function chooseExecutor(
  config: Pick<AvalancheConfig, 'executor' | 'stateDir' | 'verifyManifests'>,
): Executor {
  const isBoulder =
    config.executor === 'boulder' || (config.executor === 'auto' && existsSync(BOULDER));
  if (!isBoulder) return sandboxExecutor();
  return boulderExecutor({
    boulderPath: BOULDER,
    homeDir: path.join(config.stateDir, 'home'),
    verifyCommitted: config.verifyManifests,
  });
}
