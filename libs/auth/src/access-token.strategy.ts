import { accessClaimsOf, TOKEN_AUDIENCE, TOKEN_ISSUER, type AccessClaims } from '@cairn/identity';
import { ExtractJwt, Strategy, type JwtFromRequestFunction } from 'passport-jwt';

/** Name of the cookie that holds a browser's access token. */
export const SESSION_COOKIE = 'cairn_session';

interface WithHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One cookie's value; several of the same name count as none, for one of them was planted. */
export function cookieOf(request: WithHeaders, name: string): string | null {
  const header = request.headers['cookie'];
  if (typeof header !== 'string') return null;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? (values[0] ?? null) : null;
}

const fromCookie: JwtFromRequestFunction = (request: WithHeaders) =>
  cookieOf(request, SESSION_COOKIE);

/** Passport strategy that takes a bearer token or the session cookie and yields its claims. */
export function accessTokenStrategy(publicKeyPem: string): Strategy {
  return new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromExtractors([
        ExtractJwt.fromAuthHeaderAsBearerToken(),
        fromCookie,
      ]),
      secretOrKey: publicKeyPem,
      algorithms: ['ES256'],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
    },
    (payload: unknown, done: (error: unknown, user: AccessClaims | false) => void) => {
      done(null, accessClaimsOf(payload) ?? false);
    },
  );
}
