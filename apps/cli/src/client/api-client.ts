import { type HttpRoute } from '@cairn/contracts';
import { type z } from 'zod';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { type ServerAddress } from '../session/server-address.js';
import { type SessionKeeper } from '../session/session-keeper.js';
import { replyOf, send, type RouteInput, type SendOptions } from './transport.js';

/** Speaks to one summit as whoever is logged in there. */
export class ApiClient {
  readonly server: ServerAddress;
  private readonly sessions: SessionKeeper;
  private readonly isInsecure: boolean;

  constructor(given: {
    readonly server: ServerAddress;
    readonly sessions: SessionKeeper;
    /** Whether tokens may be sent where others can read them. */
    readonly isInsecure: boolean;
  }) {
    this.server = given.server;
    this.sessions = given.sessions;
    this.isInsecure = given.isInsecure;
  }

  /** One request and its checked reply. */
  async call<R extends HttpRoute>(
    route: R,
    input: RouteInput<R> = {},
  ): Promise<z.output<R['reply']>> {
    const response = await this.open(route, input);
    return replyOf(this.server.origin, route, response);
  }

  /** A response of success whose body is not read yet. A token that is refused is renewed once. */
  async open<R extends HttpRoute>(
    route: R,
    input: RouteInput<R> = {},
    options: Omit<SendOptions, 'token'> = {},
  ): Promise<Response> {
    const { origin } = this.server;
    const token = await this.tokenFor(route);
    try {
      return await send(origin, route, input, { ...options, token });
    } catch (error) {
      if (token === undefined || !isRefusedToken(error)) throw error;
      const renewed = await this.sessions.renew(origin, token);
      if (renewed === undefined && needsLogin(route)) throw error;
      return send(origin, route, input, { ...options, token: renewed });
    }
  }

  /** Fails when a secret would travel in the open. */
  assertMaySendSecrets(): void {
    if (this.server.isPrivate || this.isInsecure) return;
    throw new CliError('server.plain-http', `${this.server.origin} is not encrypted`, {
      exitCode: EXIT.usage,
      nextStep: 'Use https://, or --insecure where nobody else can listen.',
    });
  }

  private async tokenFor(route: HttpRoute): Promise<string | undefined> {
    if (!this.server.isPrivate && !this.isInsecure) {
      if (needsLogin(route)) this.assertMaySendSecrets();
      return undefined;
    }
    const hadSession = (await this.sessions.find(this.server.origin)) !== undefined;
    const token = hadSession ? await this.sessions.accessToken(this.server.origin) : undefined;
    if (token !== undefined || !needsLogin(route)) return token;
    throw new CliError(
      hadSession ? 'session.expired' : 'token.missing',
      hadSession
        ? `Your session at ${this.server.origin} has ended`
        : `You are not logged in at ${this.server.origin}`,
      { exitCode: EXIT.notPermitted, nextStep: 'Log in with `cairn login`.' },
    );
  }
}

function needsLogin(route: HttpRoute): boolean {
  return route.policy !== 'public' && route.policy !== 'public-read';
}

function isRefusedToken(error: unknown): boolean {
  return (
    error instanceof CliError &&
    ['token.invalid', 'token.expired', 'token.missing'].includes(error.code)
  );
}
