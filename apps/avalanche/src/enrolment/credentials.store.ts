import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { builderIdSchema } from '@cairn/contracts';
import { checkNatsUrl } from '@cairn/messaging';
import { z } from 'zod';
import { replaceFile } from '../durable-file.js';
import { OperatorError } from '../operator-error.js';
import { type StateDirectory } from '../state-directory.js';

const SECRET_MODE = 0o600;
/** Builds run under another user id and must be able to pass through; what is secret has its own rights. */
const DIRECTORY_MODE = 0o711;

const seedSchema = z.string().regex(/^SU[A-Z2-7]{50,60}$/);
const credentialsSchema = z.object({
  builderId: builderIdSchema,
  natsUrl: z.string().max(2_048),
  jwt: z.string().min(20).max(16_384),
  seed: seedSchema,
});

/** Who this builder is and where its broker is. */
export type BuilderCredentials = z.infer<typeof credentialsSchema>;

/** Keeps the builder's identity in its state directory, readable by its own account only. */
export class CredentialsStore {
  readonly #state: StateDirectory;

  constructor(state: StateDirectory) {
    this.#state = state;
  }

  /** The credentials; null before the enrolment. Throws an `OperatorError` when the file is damaged. */
  async find(): Promise<BuilderCredentials | null> {
    const text = await readIfThere(this.#state.credentials);
    if (text === null) return null;
    try {
      const credentials = credentialsSchema.parse(JSON.parse(text));
      checkNatsUrl(credentials.natsUrl);
      return credentials;
    } catch {
      // The cause is not attached: it might show the seed.
      throw new OperatorError(
        `The credentials in ${this.#state.credentials} are damaged. Restore the file from a backup, or remove it and enrol this builder anew.`,
      );
    }
  }

  async save(credentials: BuilderCredentials): Promise<void> {
    await this.#prepare();
    await replaceFile(this.#state.credentials, `${JSON.stringify(credentials)}\n`, {
      mode: SECRET_MODE,
    });
    await rm(this.#pendingFile, { force: true });
  }

  /** The key of an enrolment that was begun and not finished, or else the given new one, kept until `save`. */
  async pendingSeed(makeSeed: () => string): Promise<string> {
    const text = await readIfThere(this.#pendingFile);
    const known = seedSchema.safeParse(text?.trim());
    if (known.success) return known.data;
    await this.#prepare();
    const seed = makeSeed();
    await replaceFile(this.#pendingFile, `${seed}\n`, { mode: SECRET_MODE });
    return seed;
  }

  get #pendingFile(): string {
    return path.join(this.#state.root, 'enrolment.seed');
  }

  async #prepare(): Promise<void> {
    try {
      await mkdir(this.#state.root, { recursive: true, mode: DIRECTORY_MODE });
      if (!(await stat(this.#state.root)).isDirectory()) throw new Error('not a directory');
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new OperatorError(`The state directory ${this.#state.root} cannot be made: ${why}.`, {
        cause,
      });
    }
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new OperatorError(`${file} cannot be read. Run avalanche as the user that owns it.`, {
      cause,
    });
  }
}
