import { type Permission } from '@cairn/identity';
import { z } from 'zod';

/** Largest JSON body that a route takes. */
export const BODY_SIZE_BYTES_MAX = 1_048_576;

/**
 * Who may call a route: `public` = everyone, always; `public-read` = everyone unless the operator closes the
 * dashboard, then whoever may `read`; otherwise the permission that the account must hold.
 */
export type RoutePolicy = 'public' | 'public-read' | 'signed-in' | Permission;

/** One HTTP route of summit, shared by server, dashboard, command line and the OpenAPI document. */
export interface HttpRoute<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for each path parameter. */
  readonly path: string;
  readonly policy: RoutePolicy;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly reply: Reply;
  /** `json` unless the reply is a stream of events or raw bytes. */
  readonly replyType: 'json' | 'events' | 'bytes';
  readonly summary: string;
}

export const emptySchema = z.strictObject({});
type Empty = typeof emptySchema;

interface Definition<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly policy: RoutePolicy;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly reply: R;
  readonly replyType?: 'json' | 'events' | 'bytes';
}

/** Declares a route; what is left out must be empty, for requests refuse unknown fields. */
export function defineRoute<
  R extends z.ZodType,
  P extends z.ZodType = Empty,
  Q extends z.ZodType = Empty,
  B extends z.ZodType = Empty,
>(definition: Definition<P, Q, B, R>): HttpRoute<P, Q, B, R> {
  const empty = <S extends z.ZodType>(schema: S | undefined): S =>
    schema ?? (emptySchema as unknown as S);
  return {
    ...definition,
    params: empty(definition.params),
    query: empty(definition.query),
    body: empty(definition.body),
    replyType: definition.replyType ?? 'json',
  };
}

/** Fills the parameters of a route's path and appends the query. */
export function urlOf(
  route: HttpRoute,
  params: Readonly<Record<string, string | number>> = {},
  query: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const path = route.path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${route.path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? path : `${path}?${text}`;
}
