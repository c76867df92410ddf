import { urlOf, type HttpRoute } from '@cairn/contracts';
import { createSession, refreshSession } from '@cairn/contracts';
import { type z } from 'zod';

const REQUEST_TIMEOUT_MS = 30_000;

/** What a route is called with. */
export interface HubRequest {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

/** An answer that is an error, as the API told it. */
export class HubError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: unknown,
  ) {
    super(message);
  }
}

/** Calls summit's API by its contracts, logged in with a login code when one is given. */
export class HubClient {
  private tokens: { accessToken: string; refreshToken: string } | null = null;

  constructor(readonly baseUrl: string) {}

  async login(code: string): Promise<void> {
    this.tokens = await this.call(createSession, { body: { code } });
  }

  get accessToken(): string | null {
    return this.tokens?.accessToken ?? null;
  }

  /** Calls a route and checks the reply; an expired access token is renewed once. */
  async call<R extends HttpRoute>(
    route: R,
    request: HubRequest = {},
  ): Promise<z.output<R['reply']>> {
    const answer = await this.send(route, request);
    if (answer.status === 401 && this.tokens !== null && route.path !== refreshSession.path) {
      const { refreshToken } = this.tokens;
      this.tokens = null;
      this.tokens = await this.call(refreshSession, { body: { refreshToken } });
      return this.parse(route, await this.send(route, request));
    }
    return this.parse(route, answer);
  }

  /** The raw answer, for replies that are not JSON. */
  async send(route: HttpRoute, request: HubRequest = {}): Promise<Response> {
    const { params = {}, query = {}, body } = request;
    const token = this.tokens?.accessToken;
    return fetch(new URL(urlOf(route, params, query), this.baseUrl), {
      method: route.method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  }

  private async parse<R extends HttpRoute>(
    route: R,
    answer: Response,
  ): Promise<z.output<R['reply']>> {
    const text = await answer.text();
    if (answer.ok) return route.reply.parse(JSON.parse(text)) as z.output<R['reply']>;
    let error: { code?: string; message?: string; details?: unknown } = {};
    try {
      error = JSON.parse(text) as typeof error;
    } catch {
      // Not one of ours: the status says it.
    }
    throw new HubError(
      answer.status,
      error.code ?? 'unknown',
      error.message ?? text.slice(0, 500),
      error.details,
    );
  }
}
