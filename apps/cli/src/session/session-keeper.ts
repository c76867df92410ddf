import { type SessionTokens } from '@cairn/contracts';
import { SECOND_MS, type Clock } from '@cairn/std';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { type SessionFile, type StoredSession, type StoredSessions } from './session-file.js';
import { withSessionLock } from './session-lock.js';
import { uninterrupted } from './uninterrupted.js';

/** An access token that ends sooner than this is renewed first, so that it outlives the request. */
const EXPIRY_MARGIN_MS = 30 * SECOND_MS;

/** Asks a server for new tokens; undefined when it says that the session has ended. */
export type Refresh = (origin: string, refreshToken: string) => Promise<SessionTokens | undefined>;

/** The logins of this user, shared by all commands that run at the same time. */
export class SessionKeeper {
  private readonly file: SessionFile;
  private readonly clock: Clock;
  private readonly refresh: Refresh;

  constructor(given: {
    readonly file: SessionFile;
    readonly clock: Clock;
    readonly refresh: Refresh;
  }) {
    this.file = given.file;
    this.clock = given.clock;
    this.refresh = given.refresh;
  }

  /** The server of the last login, or null. */
  async server(): Promise<string | null> {
    return (await this.read()).server;
  }

  async find(origin: string): Promise<StoredSession | undefined> {
    return (await this.read()).sessions[origin];
  }

  /** Keeps a new login, which also becomes the one that commands use. */
  async store(origin: string, tokens: SessionTokens): Promise<void> {
    await this.locked(async () => {
      const stored = await this.file.read();
      await this.file.write({
        ...withSession(stored, origin, this.toStored(tokens)),
        server: origin,
      });
    });
  }

  /** Forgets the login at a server; false when there was none. */
  async forget(origin: string): Promise<boolean> {
    return this.locked(async () => {
      const stored = await this.file.read();
      if (stored.sessions[origin] === undefined) return false;
      await this.file.write(withSession(stored, origin, undefined));
      return true;
    });
  }

  /** An access token for a request, renewed when it is about to end; undefined without a login or after its end. */
  async accessToken(origin: string): Promise<string | undefined> {
    const session = await this.find(origin);
    if (session === undefined || this.isFresh(session)) return session?.accessToken;
    return this.renew(origin, session.accessToken);
  }

  /** A token instead of one that is old or was refused. Whoever comes second takes what the first has got. */
  async renew(origin: string, oldAccessToken: string): Promise<string | undefined> {
    return this.locked(async () => {
      const stored = await this.file.read();
      const session = stored.sessions[origin];
      if (session === undefined) return undefined;
      if (session.accessToken !== oldAccessToken && this.isFresh(session))
        return session.accessToken;
      const tokens = await this.refresh(origin, session.refreshToken);
      const renewed = tokens === undefined ? undefined : this.toStored(tokens);
      await this.file.write(withSession(stored, origin, renewed));
      return renewed?.accessToken;
    });
  }

  private read(): Promise<StoredSessions> {
    return this.usable(() => this.file.read());
  }

  private locked<T>(work: () => Promise<T>): Promise<T> {
    return this.usable(() => withSessionLock(this.file.path, () => uninterrupted(work)));
  }

  /** Tells of what the file system refuses in words. */
  private async usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      throw new CliError('session.file-unusable', error.message, {
        exitCode: EXIT.failed,
        nextStep: `Make ${this.file.path} and its folder writable for you.`,
      });
    }
  }

  private isFresh(session: StoredSession): boolean {
    return session.accessExpiresAtMs - EXPIRY_MARGIN_MS > this.clock.now();
  }

  private toStored(tokens: SessionTokens): StoredSession {
    const { account, accessToken, refreshToken, expiresInSeconds } = tokens;
    const accessExpiresAtMs = this.clock.now() + expiresInSeconds * SECOND_MS;
    return { account, accessToken, accessExpiresAtMs, refreshToken };
  }
}

function withSession(
  stored: StoredSessions,
  origin: string,
  session: StoredSession | undefined,
): StoredSessions {
  const others = Object.entries(stored.sessions).filter(([each]) => each !== origin);
  const sessions = Object.fromEntries(
    session === undefined ? others : [...others, [origin, session]],
  );
  return { ...stored, sessions };
}
