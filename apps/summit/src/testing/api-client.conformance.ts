// How summit's integration tests call its API: by the routes that dashboard and command line use.
import { urlOf, type HttpRoute } from '@cairn/contracts';
import { type z } from 'zod';

/** What a request carries beside its route. */
export interface ApiRequest {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as it came. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text where it is none. */
  readonly body: unknown;
}

/** One caller of the API. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** The same API with other headers, for example those of another account. */
  with(headers: Readonly<Record<string, string>>): ApiClient {
    return new ApiClient(this.url, headers);
  }

  /** Sends a request and gives back whatever is answered. */
  async send(route: HttpRoute, request: ApiRequest = {}): Promise<ApiAnswer> {
    const hasBody = route.method === 'POST';
    const response = await fetch(this.url + urlOf(route, request.params, request.query), {
      method: route.method,
      headers: {
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...this.headers,
        ...request.headers,
      },
      ...(hasBody ? { body: JSON.stringify(request.body ?? {}) } : {}),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) };
  }

  /** Sends a request that must succeed; the reply is checked against the route. */
  async call<R extends HttpRoute>(
    route: R,
    request: ApiRequest = {},
  ): Promise<z.output<R['reply']>> {
    const { status, body } = await this.send(route, request);
    if (status !== 200)
      throw new Error(`${route.method} ${route.path} answered ${status}: ${JSON.stringify(body)}`);
    return route.reply.parse(body) as z.output<R['reply']>;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
