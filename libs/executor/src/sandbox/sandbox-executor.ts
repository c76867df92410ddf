import path from 'node:path';
import { positionOf } from '@cairn/recipe';
import { BuildLog } from '../build-log.js';
import { type BuildOrder } from '../build-order.js';
import { type BuildFailure, type BuildOutcome } from '../build-outcome.js';
import { createHostProbe, type HostProbe } from '../dependencies/host-probe.js';
import { type BuildEvents, type Executor, type PreflightReport } from '../executor.js';
import { failure } from '../failure.js';
import { ContentStore } from '../upstreams/content-store.js';
import { canMapIdRange, idRangeOf, type IdRange } from './id-range.js';
import { planRecipe, type PlannedRecipe } from './plan-recipe.js';
import { sandboxPreflight } from './preflight.js';
import { fillRoot, resolveRoot } from './prepare-root.js';
import { buildUserId } from './build-user.js';
import { buildIn } from './build-steps.js';
import { Sandbox } from './sandbox.js';
import { createScratch, removeScratch } from './scratch.js';
import { hasUserNetwork } from './user-network.js';

export interface SandboxExecutorOptions {
  /** Keeps the work directory of a failed build for a look into it. Default: false. */
  readonly keepFailed?: boolean;
}

/**
 * Builds with the host's toolchain inside bubblewrap: an overlay of the host's `/usr` and the dependency packages, no
 * network, no host file writable, every process gone at the end. Started as root it builds as an own user per slot.
 */
export function sandboxExecutor(options: SandboxExecutorOptions = {}): Executor {
  return new SandboxExecutor(options);
}

/** Room for the sentence that ends the log of a failed build. */
const LAST_WORDS_BYTES_MAX = 8_192;

class SandboxExecutor implements Executor {
  readonly name = 'sandbox';
  readonly #options: SandboxExecutorOptions;
  readonly #host: HostProbe = createHostProbe({ usr: '/usr' });
  #canMapIdRange: Promise<boolean> | undefined;

  constructor(options: SandboxExecutorOptions) {
    this.#options = options;
  }

  async preflight(): Promise<PreflightReport> {
    return sandboxPreflight(buildUserId(0));
  }

  async build(order: BuildOrder, events: BuildEvents, signal: AbortSignal): Promise<BuildOutcome> {
    const log = new BuildLog(events);
    const outcome = await this.#build(order, log, signal).catch((error: unknown) =>
      workDirFailure(error, log),
    );
    const hasRoom = log.sizeBytes + LAST_WORDS_BYTES_MAX < order.limits.logBytes;
    if (outcome.outcome === 'failure' && hasRoom) log.note(`${outcome.code}: ${outcome.message}`);
    // Whatever step noticed it first: a cancelled build is cancelled, not broken.
    if (outcome.outcome === 'failure' && signal.aborted) {
      return failure({
        code: 'build.cancelled',
        phase: log.phase,
        message: 'The build was cancelled.',
        excerpt: log.excerpt(),
      });
    }
    return outcome;
  }

  async #build(order: BuildOrder, log: BuildLog, signal: AbortSignal): Promise<BuildOutcome> {
    log.enter('read', order.recipeFile);
    const planned = await planRecipe(order, log);
    if (!planned.ok) return planned.error;
    const refused = refuseNetworking(order, planned.value);
    if (refused !== undefined) return refused;
    log.enter('dependencies');
    const resolution = await resolveRoot(order, {
      plan: planned.value.plan,
      host: this.#host,
      log,
      signal,
    });
    if (!resolution.ok) return resolution.error;
    const scratch = await createScratch(order.workDir, buildUserId(order.slot));
    const sandbox = new Sandbox({
      scratch,
      limits: order.limits,
      buildUserId: buildUserId(order.slot),
      idRange: await this.#idRange(order.slot),
    });
    let succeeded = false;
    try {
      const store = new ContentStore(path.join(order.downloadCacheDir, 'content'));
      if (resolution.value.packages.length > 0) {
        const unfilled = await fillRoot({
          resolution: resolution.value,
          store,
          dir: scratch.overlay,
          signal,
        });
        if (unfilled !== undefined) return unfilled;
        sandbox.useOverlay();
      }
      const outcome = await buildIn({
        order,
        planned: planned.value,
        scratch,
        sandbox,
        store,
        log,
        signal,
      });
      succeeded = outcome.outcome === 'success';
      return outcome;
    } finally {
      await sandbox.remove();
      if (succeeded || this.#options.keepFailed !== true) await removeScratch(scratch.root);
    }
  }

  async #idRange(slot: number): Promise<IdRange | undefined> {
    const userId = buildUserId(slot);
    if (userId === undefined) return undefined;
    const range = idRangeOf({ buildUserId: userId, slot });
    this.#canMapIdRange ??= canMapIdRange(range);
    return (await this.#canMapIdRange) ? range : undefined;
  }
}

/** A network is given only when recipe and policy both say so, and when this machine can keep it apart from its own. */
function refuseNetworking(order: BuildOrder, { recipe }: PlannedRecipe): BuildFailure | undefined {
  if (!recipe.networking) return undefined;
  const recipeLine = positionOf(recipe, 'networking').line;
  if (order.networkPolicy === 'deny') {
    const message =
      'The recipe asks for a network (networking: true), which this profile does not give.';
    return failure({ code: 'build.networking-denied', phase: 'read', message, recipeLine });
  }
  if (hasUserNetwork()) return undefined;
  const message =
    'The recipe asks for a network. Install slirp4netns on this builder to give it one of its own.';
  return failure({ code: 'build.network-unavailable', phase: 'read', message, recipeLine });
}

const FILE_SYSTEM_TROUBLES: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EDQUOT',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
]);

/** A full disk or a missing folder is this machine's trouble; anything else is a defect of ours and goes on. */
function workDirFailure(error: unknown, log: BuildLog): BuildFailure {
  if (!(error instanceof Error) || !('code' in error) || !FILE_SYSTEM_TROUBLES.has(error.code))
    throw error;
  return failure({
    code: 'build.work-dir',
    phase: log.phase,
    message: error.message,
    excerpt: log.excerpt(),
  });
}
