import type { Logger } from '@cairn/observability';
import { SECOND_MS, type Clock } from '@cairn/std';
import type { ImportStore } from './import.store.js';

/** While a try runs nobody needs to look at the import again; renewed by progress. */
export const TRY_VISIBLE_AGAIN_MS = 30 * SECOND_MS;
/** How often progress is noted in the database. */
const INTERVAL_MS = SECOND_MS;
/** Notes within the time after which an import is given up. */
const NOTES_PER_STAGNATION = 4;

/** Notes in the database that bytes came, now and then, without holding them up. */
export class ProgressNotes {
  private notedAtMs = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly importId: string,
    private readonly given: {
      readonly imports: ImportStore;
      readonly clock: Clock;
      readonly log: Logger;
      readonly stagnationMs: number;
    },
  ) {}

  note(): void {
    const { imports, clock, log, stagnationMs } = this.given;
    const now = clock.now();
    if (now - this.notedAtMs < Math.min(INTERVAL_MS, stagnationMs / NOTES_PER_STAGNATION)) return;
    this.notedAtMs = now;
    this.last = imports
      .noteProgress(this.importId, TRY_VISIBLE_AGAIN_MS)
      .catch((err: unknown) => log.warn({ importId: this.importId, err }, 'Progress not noted'));
  }

  /** Resolves when the last note is written, so that what follows is not overwritten by it. */
  written(): Promise<void> {
    return this.last;
  }
}
