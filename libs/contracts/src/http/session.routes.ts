import { ACCOUNT_ROLES } from '@cairn/identity';
import { z } from 'zod';
import { nameSchema } from '../values.js';
import { defineRoute } from './http-route.js';

const accountSchema = z.object({ id: z.string(), name: z.string(), role: z.enum(ACCOUNT_ROLES) });
const tokensSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresInSeconds: z.number(),
  account: accountSchema,
});
export type SessionTokens = z.infer<typeof tokensSchema>;

export const createSession = defineRoute({
  method: 'POST',
  path: '/api/v1/sessions',
  policy: 'public',
  summary:
    'Exchange a one-time login code for tokens; with `cookie` the browser session is set as well.',
  body: z.strictObject({ code: z.string().min(1).max(200), cookie: z.boolean().default(false) }),
  reply: tokensSchema,
});

export const refreshSession = defineRoute({
  method: 'POST',
  path: '/api/v1/sessions/refresh',
  policy: 'public',
  summary:
    'Exchange a refresh token for new tokens. Each refresh token works once; using one twice ends the session.',
  body: z.strictObject({ refreshToken: z.string().min(1).max(500) }),
  reply: tokensSchema,
});

export const endSession = defineRoute({
  method: 'DELETE',
  path: '/api/v1/sessions/current',
  policy: 'signed-in',
  summary: 'Log out.',
  reply: z.object({}),
});

export const whoAmI = defineRoute({
  method: 'GET',
  path: '/api/v1/me',
  policy: 'public',
  summary:
    'The account of the caller, or null; and the token that changes from a browser must carry.',
  reply: z.object({ account: accountSchema.nullable(), csrfToken: z.string().nullable() }),
});

export const createLoginCode = defineRoute({
  method: 'POST',
  path: '/api/v1/login-codes',
  policy: 'account:manage',
  summary: 'Make a one-time login code for an account, which is created when it does not exist.',
  body: z.strictObject({ account: nameSchema, role: z.enum(ACCOUNT_ROLES).default('viewer') }),
  reply: z.object({ code: z.string(), expiresAt: z.number() }),
});

export const listAudit = defineRoute({
  method: 'GET',
  path: '/api/v1/audit',
  policy: 'audit:read',
  summary: 'Who did what, newest first.',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
  reply: z.object({
    entries: z.array(
      z.object({
        id: z.number(),
        at: z.number(),
        account: z.string(),
        action: z.string(),
        subject: z.string(),
        details: z.unknown(),
      }),
    ),
  }),
});

export const sessionRoutes = [
  createSession,
  refreshSession,
  endSession,
  whoAmI,
  createLoginCode,
  listAudit,
];
