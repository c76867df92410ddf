import { AppError, type RequestOf, type importStart } from '@cairn/contracts';
import type { Logger } from '@cairn/observability';
import { SECOND_MS, type Clock } from '@cairn/std';
import type { VesselMetrics } from '../vessel-metrics.js';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import type { ArtefactGateway } from './artefact.gateway.js';
import { collectArtefacts } from './collect-artefacts.js';
import type { Refusal } from './domain/check-artefacts.js';
import { isDiskFault, isGivenUp, tryDelayMs } from './domain/patience.js';
import type { ImportFailure, ImportState, ImportStore, OpenImport } from './import.store.js';
import type { IncomingFiles } from './incoming-files.js';
import { IMPORTS_AT_ONCE_MAX } from './imports.chores.js';
import { ProgressNotes, TRY_VISIBLE_AGAIN_MS } from './progress-notes.js';
import { RequestWindow } from './request-window.js';
import { runExclusively } from './run-exclusively.js';
import type { StagingService } from './staging.service.js';

/** How often it is said anew that a try runs. */
const HIDE_INTERVAL_MS = 5 * SECOND_MS;

/** Takes imports from order to outcome, one try at a time; every try goes on where the last one ended. */
export class ImportService {
  private readonly running = new Map<string, AbortController>();
  private readonly places = new RequestWindow(IMPORTS_AT_ONCE_MAX);

  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly imports: ImportStore;
      readonly staging: StagingService;
      readonly gateway: Pick<ArtefactGateway, 'read'>;
      readonly incoming: IncomingFiles;
      readonly clock: Clock;
      readonly log: Logger;
      readonly stagnationMs: number;
      readonly imported: VesselMetrics['imports'];
      /** Asks for a try soon; may be lost. */
      readonly wish: (importId: string) => Promise<void>;
    },
  ) {}

  /** Stores the order and asks for its first try. */
  async start(request: RequestOf<typeof importStart>): Promise<'started' | 'finished'> {
    const state = await this.parts.imports.request(request);
    if (state !== 'open') return 'finished';
    // Not waited for: the order is stored, and the leader asks again when this one is lost.
    void this.wishQuietly([request.importId]);
    return 'started';
  }

  /** Gives an import up unless its outcome is decided. */
  async cancel(importId: string, code: string): Promise<'cancelled' | 'decided' | 'unknown'> {
    const { imports } = this.parts;
    const message = 'summit gave the import up.';
    const before = await this.end(importId, { kind: 'lost', code, message });
    this.running.get(importId)?.abort();
    if (before === undefined) return 'unknown';
    if (before === 'open') return 'cancelled';
    // The same request may come twice: its first answer can be lost.
    return before === 'lost' && (await imports.codeOf(importId)) === code ? 'cancelled' : 'decided';
  }

  /** Asks for a try of every open import that is due. */
  async wishDue(): Promise<void> {
    await this.wishQuietly(await this.parts.imports.due());
  }

  /** Removes what decided imports have left on disk. */
  async tidy(): Promise<void> {
    const ids = await this.parts.incoming.importIds();
    const open = await this.parts.imports.openAmong(ids);
    for (const id of ids) if (!open.has(id)) await this.parts.incoming.discard(id);
  }

  /** One try, unless the import is decided or somebody is at it. Never throws for what a later try may mend. */
  async run(importId: string, signal: AbortSignal): Promise<void> {
    if (this.running.has(importId)) return;
    const cancelling = new AbortController();
    this.running.set(importId, cancelling);
    try {
      await this.places.run(() =>
        this.runLocked(importId, AbortSignal.any([signal, cancelling.signal])),
      );
    } finally {
      this.running.delete(importId);
    }
  }

  private async runLocked(importId: string, signal: AbortSignal): Promise<void> {
    await runExclusively(this.db, `vessel.import.${importId}`, async () => {
      const open = await this.parts.imports.findOpen(importId);
      if (open === undefined) return;
      // Asked for again while an earlier try ran; its back-off holds.
      if (open.nextTryAt > this.parts.clock.now()) return;
      const hiding = setInterval(() => this.hide(importId), HIDE_INTERVAL_MS);
      try {
        await this.attempt(open, signal);
      } finally {
        clearInterval(hiding);
      }
    });
  }

  /** Decides an import that failed, unless it is decided; returns the state before. */
  private async end(importId: string, failure: ImportFailure): Promise<ImportState | undefined> {
    const before = await this.parts.imports.fail(importId, failure);
    if (before === 'open') {
      this.parts.imported.increment({ outcome: failure.kind });
      this.parts.log.warn({ importId, ...failure }, 'Import failed');
    }
    return before;
  }

  private hide(importId: string): void {
    this.parts.imports
      .hideUntilLater(importId, TRY_VISIBLE_AGAIN_MS)
      .catch((err: unknown) => this.parts.log.warn({ importId, err }, 'Try not noted'));
  }

  private async attempt(open: OpenImport, signal: AbortSignal): Promise<void> {
    const { importId } = open.order;
    const startedAtMs = this.parts.clock.now();
    const progress = new ProgressNotes(importId, this.parts);
    try {
      const outcome = await this.collectAndStage(open, { progress, signal });
      if (typeof outcome === 'object') await this.end(importId, { kind: 'refused', ...outcome });
      if (outcome === 'staged') {
        this.parts.imported.increment({ outcome });
        const tookMs = this.parts.clock.now() - startedAtMs;
        this.parts.log.info({ importId, tookMs }, 'Import staged');
      }
      await this.parts.incoming.discard(importId);
    } catch (error) {
      await progress.written();
      if (signal.aborted) await this.afterAbort(importId);
      else await this.afterFailure(importId, error);
    }
  }

  private async collectAndStage(
    open: OpenImport,
    run: { readonly progress: ProgressNotes; readonly signal: AbortSignal },
  ): Promise<'staged' | 'decided' | Refusal> {
    const { gateway, incoming } = this.parts;
    const { order } = open;
    const { progress, signal } = run;
    const onProgress = () => progress.note();
    const collected = await collectArtefacts({ order, gateway, incoming, onProgress, signal });
    if (!collected.ok) return collected.error;
    return this.parts.staging.stage(collected.value);
  }

  private async afterFailure(importId: string, error: unknown): Promise<void> {
    const { imports, clock, stagnationMs, log } = this.parts;
    const open = await imports.findOpen(importId);
    if (open === undefined) {
      // Decided all the same: what failed came after, and others complete it.
      log.warn({ importId, err: error }, 'Import decided, and then something failed');
      await this.parts.incoming.discard(importId);
      return;
    }
    const code = error instanceof AppError ? error.code : undefined;
    const saysAbsent = code === 'artefact.not-found';
    const { lastProgressAt, tries } = open;
    const isOurFault = isDiskFault(error) || code === 'pool.unavailable';
    const waited = { lastProgressAt, now: clock.now(), stagnationMs, saysAbsent };
    if (!isOurFault && isGivenUp(waited)) {
      const message = `Nothing could be fetched from ${open.order.builderId} for too long: ${textOf(error)}`;
      await this.end(importId, { kind: 'lost', code: 'artefacts.lost', message });
      await this.parts.incoming.discard(importId);
      return;
    }
    const delayMs = Math.min(tryDelayMs(tries), Math.max(stagnationMs / 4, MIN_DELAY_MS));
    await imports.postpone(importId, delayMs);
    // The builder has no part in it, and its time begins when the disk takes something again.
    if (isOurFault) await imports.restartPatienceWith(importId);
    if (error instanceof AppError)
      log.info({ importId, code: error.code, delayMs }, 'Import waits');
    else log.error({ importId, err: error, delayMs }, 'Import try failed');
  }

  /** Cancelled, or stopped with the process or after the longest time of one try; then another follows. */
  private async afterAbort(importId: string): Promise<void> {
    const open = await this.parts.imports.findOpen(importId);
    if (open === undefined) await this.parts.incoming.discard(importId);
    else await this.parts.imports.postpone(importId, 0);
  }

  /** Stops at the first that Redis does not take, for the others would wait for it as well. */
  private async wishQuietly(importIds: readonly string[]): Promise<void> {
    try {
      for (const importId of importIds) await this.parts.wish(importId);
    } catch (err) {
      this.parts.log.warn({ err }, 'Imports not queued');
    }
  }
}

const MIN_DELAY_MS = 100;
const MESSAGE_LENGTH_MAX = 500;

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_LENGTH_MAX);
}
