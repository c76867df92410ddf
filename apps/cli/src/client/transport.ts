import { urlOf, type HttpRoute } from '@cairn/contracts';
import { MIB } from '@cairn/std';
import { type z } from 'zod';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { failureOf } from './server-failure.js';

const REQUEST_TIMEOUT_MS = 30_000;
const REPLY_SIZE_BYTES_MAX = 64 * MIB;
const ERROR_SIZE_BYTES_MAX = MIB;
const CERTIFICATE_TROUBLE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

/** What a request says beside its route. */
export interface RouteInput<R extends HttpRoute> {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: z.input<R['body']>;
}

/** How a request is sent. */
export interface SendOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the time limit that ordinary requests have. */
  readonly signal?: AbortSignal;
}

/** Sends a request and returns a response of success; every other outcome is a `CliError`. */
export async function send<R extends HttpRoute>(
  origin: string,
  route: R,
  input: RouteInput<R>,
  options: SendOptions = {},
): Promise<Response> {
  const response = await reach(origin, route, input, options);
  if (response.ok) return response;
  if (response.status >= 300 && response.status < 400) {
    throw new CliError('server.redirect', `${origin} sends us elsewhere`, {
      exitCode: EXIT.unreachable,
      nextStep: `Give the right address with --server; it names ${response.headers.get('location') ?? 'none'}.`,
    });
  }
  throw failureOf(response.status, await textOf(response, ERROR_SIZE_BYTES_MAX, origin), origin);
}

/** Reads a JSON reply and checks it against the contract. */
export async function replyOf<R extends HttpRoute>(
  origin: string,
  route: R,
  response: Response,
): Promise<z.output<R['reply']>> {
  const text = await textOf(response, REPLY_SIZE_BYTES_MAX, origin);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = route.reply.safeParse(value);
  if (parsed.success) return parsed.data as z.output<R['reply']>;
  throw new CliError(
    'contract.invalid-reply',
    `${origin} answers ${route.method} ${route.path} in a way that this cairn does not understand`,
    {
      exitCode: EXIT.failed,
      nextStep: 'Is it a summit of the same version? `cairn --version` says which this is.',
    },
  );
}

async function reach<R extends HttpRoute>(
  origin: string,
  route: R,
  { params, query, body }: RouteInput<R>,
  { token, headers, signal }: SendOptions,
): Promise<Response> {
  try {
    return await fetch(new URL(urlOf(route, params, query), origin), {
      method: route.method,
      // A redirect could carry codes and tokens to somebody else.
      redirect: 'manual',
      signal: signal ?? AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(route.method === 'POST' ? { 'content-type': 'application/json' } : {}),
      },
      ...(route.method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    });
  } catch (error) {
    throw unreachable(origin, error);
  }
}

/** The failure of a connection in words. */
export function unreachable(origin: string, error: unknown): CliError {
  const { cause, name, message } = error as { cause?: unknown; name?: string; message?: string };
  const { code = '', message: reason } = (cause ?? {}) as { code?: string; message?: string };
  if (CERTIFICATE_TROUBLE.test(code)) {
    return new CliError(
      'server.certificate-refused',
      `The certificate of ${origin} is refused: ${code}`,
      {
        exitCode: EXIT.unreachable,
        nextStep: 'For an authority of your own set NODE_EXTRA_CA_CERTS to its certificate file.',
      },
    );
  }
  const isSlow = name === 'TimeoutError' || code.startsWith('UND_ERR_') || code === 'ETIMEDOUT';
  const why = code === '' ? (reason ?? message ?? 'no reason given') : code;
  return new CliError(
    isSlow ? 'server.timeout' : 'server.unreachable',
    isSlow ? `${origin} does not answer in time` : `${origin} cannot be reached: ${why}`,
    {
      exitCode: EXIT.unreachable,
      nextStep: 'Is it running? Another address is given with --server or CAIRN_SERVER.',
    },
  );
}

async function textOf(response: Response, sizeBytesMax: number, origin: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      sizeBytes += (chunk as Uint8Array).byteLength;
      if (sizeBytes > sizeBytesMax) break;
      chunks.push(chunk as Uint8Array);
    }
  } catch (error) {
    throw unreachable(origin, error);
  }
  if (sizeBytes <= sizeBytesMax) return Buffer.concat(chunks).toString('utf8');
  throw new CliError(
    'contract.too-large',
    `${origin} answers with more than ${sizeBytesMax} bytes`,
    {
      exitCode: EXIT.failed,
    },
  );
}
