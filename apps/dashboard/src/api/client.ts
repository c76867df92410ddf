import { type HttpRoute, urlOf } from '@cairn/contracts';
import { type z } from 'zod';

/** Longest wait for an answer; streams do not come through here. */
const CALL_TIMEOUT_MS = 30_000;

export const CSRF_HEADER = 'x-csrf-token';

/** An answer that is not the one asked for. `status` is 0 when summit could not be reached at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errorId?: string,
  ) {
    super(message);
  }
}

type Params = Readonly<Record<string, string | number>>;
type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a call needs besides its route; `csrfToken` for changes of a signed-in browser. */
export interface CallOptions {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: unknown;
  readonly csrfToken?: string | null;
  readonly signal?: AbortSignal;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const text = (name: string): string | undefined => {
    const value = isObject(body) ? body[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return new ApiError(
    response.status,
    text('code') ?? 'internal',
    text('message') ?? `summit answered with status ${response.status}`,
    text('errorId'),
  );
}

async function send(route: HttpRoute, options: CallOptions): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' });
  const hasBody = route.method === 'POST';
  if (hasBody) headers.set('content-type', 'application/json');
  if (typeof options.csrfToken === 'string') headers.set(CSRF_HEADER, options.csrfToken);
  const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  let response: Response;
  try {
    response = await fetch(urlOf(route, options.params, options.query), {
      method: route.method,
      headers,
      credentials: 'same-origin',
      signal,
      ...(hasBody ? { body: JSON.stringify(options.body ?? {}) } : {}),
    });
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new ApiError(0, 'peer.unreachable', 'Summit cannot be reached.');
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** Calls a JSON route and parses its reply. Rejects with `ApiError`. */
export async function callRoute<R extends z.ZodType>(
  route: HttpRoute<z.ZodType, z.ZodType, z.ZodType, R>,
  options: CallOptions = {},
): Promise<z.output<R>> {
  const response = await send(route, options);
  const reply = route.reply.safeParse(await response.json().catch(() => undefined));
  if (!reply.success) {
    throw new ApiError(
      response.status,
      'contract.invalid-reply',
      'Summit answered in a form that this page does not understand. Reloading may fetch a newer page.',
    );
  }
  return reply.data;
}

/** Calls a route that answers with raw bytes. Rejects with `ApiError`. */
export async function fetchBytes(route: HttpRoute, options: CallOptions = {}): Promise<Uint8Array> {
  const response = await send(route, options);
  return new Uint8Array(await response.arrayBuffer());
}
