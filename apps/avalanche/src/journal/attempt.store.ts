import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  buildFailureSchema,
  collectableSchema,
  COLLECTABLES_MAX,
  orderBuild,
} from '@cairn/contracts';
import { type Instant } from '@cairn/std';
import { z } from 'zod';
import { replaceFile, syncDirectory } from '../durable-file.js';
import { type StateDirectory } from '../state-directory.js';
import { ATTEMPT_STATUSES, STOP_REASONS, type Attempt } from './domain/attempt.js';

const FORMAT = 1;
const JOURNAL_MODE = 0o600;
const ATTEMPT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const instant = z
  .number()
  .int()
  .min(0)
  .transform((ms) => ms as Instant);

const journalSchema = z.object({
  format: z.literal(FORMAT),
  order: orderBuild.request,
  slot: z.number().int().min(0),
  status: z.enum(ATTEMPT_STATUSES),
  receivedAt: instant,
  stopReason: z.enum(STOP_REASONS).optional(),
  result: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('success'),
        collectables: z.array(collectableSchema).min(1).max(COLLECTABLES_MAX),
      }),
      z.object({ kind: z.literal('failure'), failure: buildFailureSchema }),
    ])
    .optional(),
  closedAt: instant.optional(),
  log: z.enum(['pending', 'delivered', 'given-up']),
});

/** What was found in the state directory: attempts, and journals that could not be read and where they are now. */
export interface LoadedAttempts {
  readonly attempts: readonly Attempt[];
  readonly damaged: readonly { readonly movedTo: string; readonly reason: string }[];
}

/** Keeps one journal file per attempt; what `save` has answered survives a power cut. */
export class AttemptStore {
  readonly #state: StateDirectory;

  constructor(state: StateDirectory) {
    this.#state = state;
  }

  /** Writes an attempt, new or known. */
  async save(attempt: Attempt): Promise<void> {
    const directory = this.#state.attempt(attempt.order.attemptId);
    const made = await mkdir(directory.root, { recursive: true });
    await replaceFile(directory.journal, JSON.stringify({ format: FORMAT, ...attempt }), {
      mode: JOURNAL_MODE,
    });
    if (made !== undefined) await syncDirectory(this.#state.attempts);
  }

  /** Removes an attempt with its log and artefacts. */
  async remove(attemptId: string): Promise<void> {
    await rm(this.#state.attempt(attemptId).root, { recursive: true, force: true });
  }

  /** Reads every journal. One that cannot be read is moved aside with its attempt's files. */
  async load(): Promise<LoadedAttempts> {
    await mkdir(this.#state.attempts, { recursive: true });
    const attempts: Attempt[] = [];
    const damaged: { movedTo: string; reason: string }[] = [];
    for (const name of await readdir(this.#state.attempts)) {
      if (!ATTEMPT_ID.test(name)) continue;
      try {
        const attempt = await this.#read(name);
        // Without a journal the order was never answered: the attempt does not exist.
        if (attempt === undefined) await this.remove(name);
        else attempts.push(attempt);
      } catch (error) {
        damaged.push({ movedTo: await this.#moveAside(name), reason: reasonOf(error) });
      }
    }
    return { attempts, damaged };
  }

  async #read(attemptId: string): Promise<Attempt | undefined> {
    let text: string;
    try {
      text = await readFile(this.#state.attempt(attemptId).journal, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    const { format: _, ...attempt } = journalSchema.parse(JSON.parse(text));
    if (attempt.order.attemptId !== attemptId) throw new Error('It names another attempt.');
    return attempt;
  }

  async #moveAside(attemptId: string): Promise<string> {
    const target = path.join(this.#state.attempts, `damaged-${attemptId}`);
    await rm(target, { recursive: true, force: true });
    await rename(this.#state.attempt(attemptId).root, target);
    return target;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
