import { ACCOUNT_ROLES } from '@cairn/identity';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const OPEN_TO_OTHERS = 0o077;
const FILE_SIZE_BYTES_MAX = 1_048_576;

const sessionSchema = z.object({
  account: z.object({ id: z.string(), name: z.string(), role: z.enum(ACCOUNT_ROLES) }),
  accessToken: z.string().min(1),
  accessExpiresAtMs: z.number(),
  refreshToken: z.string().min(1),
});
/** One login at one server. */
export type StoredSession = z.infer<typeof sessionSchema>;

const fileSchema = z.object({
  version: z.literal(1),
  /** Server that was logged in at last; commands go there when they are told nothing else. */
  server: z.string().nullable(),
  sessions: z.record(z.string(), sessionSchema),
});
/** What is kept between commands: sessions by the origin of their server. */
export type StoredSessions = z.infer<typeof fileSchema>;

const NOTHING: StoredSessions = { version: 1, server: null, sessions: {} };

/** The session file: readable by its owner only, replaced as a whole. */
export class SessionFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** What is stored; nothing when there is no file. Fails with `session.file-damaged`. */
  async read(): Promise<StoredSessions> {
    const text = await this.readText();
    if (text === null) return NOTHING;
    const parsed = fileSchema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new CliError('session.file-damaged', `${this.path} cannot be understood`, {
      exitCode: EXIT.notPermitted,
      nextStep: 'Remove it and log in again with `cairn login`.',
    });
  }

  /** Replaces the file in one step: readers see the old or the new one, also after a crash. */
  async write(sessions: StoredSessions): Promise<void> {
    const folder = dirname(this.path);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const draft = `${this.path}.${randomUUID()}`;
    try {
      const file = await open(draft, 'wx', FILE_MODE);
      try {
        await file.writeFile(`${JSON.stringify(sessions, undefined, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  private async readText(): Promise<string | null> {
    try {
      const file = await open(this.path, 'r');
      try {
        const { mode, size } = await file.stat();
        if (size > FILE_SIZE_BYTES_MAX) return '';
        if ((mode & OPEN_TO_OTHERS) !== 0) await chmod(this.path, FILE_MODE);
        return await file.readFile('utf8');
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
