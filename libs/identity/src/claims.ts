import { ACCOUNT_ROLES, type AccountRole } from './roles.js';

/** How long an access token lasts. Refresh tokens outlive it, so a stolen one is of short use. */
export const ACCESS_TOKEN_LIFETIME_S = 15 * 60;
/** How long a browser stays logged in. Its token is checked against the session each time, so it can be ended at once. */
export const BROWSER_TOKEN_LIFETIME_S = 12 * 60 * 60;
export const REFRESH_TOKEN_LIFETIME_S = 30 * 24 * 60 * 60;

/** Who issues access tokens, and for whom. */
export const TOKEN_ISSUER = 'cairn-summit';
export const TOKEN_AUDIENCE = 'cairn-api';

/** What an access token says; times are Unix seconds. */
export interface AccessClaims {
  readonly sub: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly session: string;
  readonly purpose: 'access';
  readonly iat: number;
  readonly exp: number;
}

/** The claims of a verified payload, or null when it is a token for something else. */
export function accessClaimsOf(payload: unknown): AccessClaims | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const claims = payload as Record<string, unknown>;
  const { sub, name, role, session, purpose, iat, exp } = claims;
  if (purpose !== 'access') return null;
  if (typeof sub !== 'string' || typeof name !== 'string' || typeof session !== 'string')
    return null;
  if (typeof iat !== 'number' || typeof exp !== 'number') return null;
  const known = ACCOUNT_ROLES.find((candidate) => candidate === role);
  return known === undefined ? null : { sub, name, role: known, session, purpose, iat, exp };
}
