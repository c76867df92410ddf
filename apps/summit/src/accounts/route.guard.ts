import { cookieOf, SESSION_COOKIE } from '@cairn/auth';
import { AppError, type HttpRoute } from '@cairn/contracts';
import { isPermitted, type AccessClaims } from '@cairn/identity';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { timingSafeEqual } from 'node:crypto';
import passport from 'passport';
import { SessionStore } from './session.store.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { ROUTE, type CheckedRequest } from '../http/route.decorator.js';

const CSRF_HEADER = 'x-csrf-token';

/** Lets a request through only when its route's policy allows the caller. A handler without a route is closed to all. */
@Injectable()
export class RouteGuard implements CanActivate {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'http'>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly reflector: Reflector,
    private readonly sessions: SessionStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const route = this.reflector.get<HttpRoute | undefined>(ROUTE, context.getHandler());
    if (route === undefined) throw new AppError('route.not-found', 'There is nothing here.');
    const request = context.switchToHttp().getRequest<CheckedRequest>();
    request.caller = await this.authenticate(request, route);
    this.authorise(route, request.caller);
    if (request.caller !== null) await this.checkCsrf(request, request.caller);
    return true;
  }

  private async authenticate(
    request: CheckedRequest,
    route: HttpRoute,
  ): Promise<AccessClaims | null> {
    if (!hasBearerToken(request) && cookieOf(request, SESSION_COOKIE) === null) return null;
    const claims = await verify(request);
    const session = claims === null ? null : await this.sessions.find(claims.session);
    const isLive =
      session !== null && session.endedAt === null && session.expiresAt > this.clock.now();
    if (claims !== null && isLive) return claims;
    // A browser whose session has ended still sees what is public; a token that was meant as proof is refused.
    if (!hasBearerToken(request) && (route.policy === 'public' || route.policy === 'public-read'))
      return null;
    throw new AppError('token.invalid', 'The token is expired, ended or not ours: log in again.');
  }

  private authorise(route: HttpRoute, caller: AccessClaims | null): void {
    const { policy } = route;
    if (policy === 'public' || (policy === 'public-read' && this.config.http.isPublicRead)) return;
    if (caller === null)
      throw new AppError('token.missing', 'This needs a login: send a bearer token, or log in.');
    if (policy === 'signed-in') return;
    const permission = policy === 'public-read' ? 'read' : policy;
    if (!isPermitted(caller.role, permission)) {
      throw new AppError('permission.missing', `The role ${caller.role} may not do this.`, {
        permission,
      });
    }
  }

  /** A cookie is sent by the browser whoever caused the request; the token in the header proves that it was our page. */
  private async checkCsrf(request: CheckedRequest, caller: AccessClaims): Promise<void> {
    if (request.method === 'GET' || request.method === 'HEAD' || hasBearerToken(request)) return;
    const given = Buffer.from(request.header(CSRF_HEADER) ?? '');
    const session = await this.sessions.find(caller.session);
    const wanted = Buffer.from(session?.csrfToken ?? '');
    if (wanted.length > 0 && given.length === wanted.length && timingSafeEqual(given, wanted))
      return;
    throw new AppError('csrf.missing', `Changes from a browser need the header ${CSRF_HEADER}.`);
  }
}

/** Whether the caller proves itself by a header; other schemes (a proxy's own) say nothing to us. */
function hasBearerToken(request: CheckedRequest): boolean {
  return /^\s*bearer\s+\S/i.test(request.headers.authorization ?? '');
}

function verify(request: CheckedRequest): Promise<AccessClaims | null> {
  return new Promise((resolve, reject) => {
    const authenticate = passport.authenticate(
      'jwt',
      { session: false },
      (error: unknown, user: AccessClaims | false) => {
        if (error !== null && error !== undefined)
          reject(error instanceof Error ? error : new Error('authentication failed'));
        else resolve(user === false ? null : user);
      },
    ) as (request: unknown, response: unknown, next: (error?: unknown) => void) => void;
    authenticate(request, {}, (error) =>
      reject(error instanceof Error ? error : new Error('authentication failed')),
    );
  });
}
