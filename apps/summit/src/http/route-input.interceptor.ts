import { AppError, type HttpRoute } from '@cairn/contracts';
import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import { ROUTE, type CheckedRequest } from './route.decorator.js';

/** Checks what comes in and what goes out against the route's contract. */
@Injectable()
export class RouteInputInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const route = this.reflector.get<HttpRoute>(ROUTE, context.getHandler());
    const request = context.switchToHttp().getRequest<CheckedRequest>();
    request.checkedInput = {
      params: check(route.params, request.params, 'path'),
      query: check(route.query, request.query, 'query'),
      body: check(route.body, bodyOf(request, route), 'body'),
    };
    if (route.replyType !== 'json') return next.handle();
    return next.handle().pipe(map((reply: unknown) => route.reply.parse(reply)));
  }
}

function bodyOf(request: CheckedRequest, route: HttpRoute): unknown {
  const body: unknown = request.body;
  if (route.method !== 'POST' && (body === undefined || body === null)) return {};
  return body ?? {};
}

function check(schema: z.ZodType, value: unknown, place: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 20)
    .map(({ path, message }) => ({ at: [place, ...path].join('.'), message }));
  throw new AppError('contract.invalid-payload', z.prettifyError(parsed.error).slice(0, 2_000), {
    issues,
  });
}
