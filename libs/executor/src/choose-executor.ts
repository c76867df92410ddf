import { existsSync } from 'node:fs';
import { boulderExecutor } from './boulder/boulder-executor.js';
import { type Executor } from './executor.js';
import { sandboxExecutor } from './sandbox/sandbox-executor.js';

/** Which executor somebody wants; `auto` is the distribution's own tool where it is installed. */
export const EXECUTOR_CHOICES = ['auto', 'sandbox', 'boulder'] as const;

export type ExecutorChoice = (typeof EXECUTOR_CHOICES)[number];

const BOULDER = '/usr/bin/boulder';

/** The executor that is wanted. `homeDir` and `verifyCommitted` matter to boulder, `keepFailed` to the sandbox. */
export function chooseExecutor(wanted: {
  readonly choice: ExecutorChoice;
  readonly homeDir: string;
  readonly verifyCommitted: boolean;
  readonly keepFailed?: boolean;
}): Executor {
  const isBoulder =
    wanted.choice === 'boulder' || (wanted.choice === 'auto' && existsSync(BOULDER));
  if (!isBoulder) return sandboxExecutor({ keepFailed: wanted.keepFailed ?? false });
  const { homeDir, verifyCommitted } = wanted;
  return boulderExecutor({ boulderPath: BOULDER, homeDir, verifyCommitted });
}
