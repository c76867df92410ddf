import { type AccessClaims } from '@cairn/identity';
import { type HttpRoute } from '@cairn/contracts';
import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import { type Request } from 'express';
import { type z } from 'zod';

/** Metadata key under which a handler's route is found. */
export const ROUTE = Symbol('route');

/** Checked parts of a request. */
export interface RouteInput<R extends HttpRoute> {
  readonly params: z.output<R['params']>;
  readonly query: z.output<R['query']>;
  readonly body: z.output<R['body']>;
}

/** A request after the guard: the caller's claims, and the input as its contract has it. */
export interface CheckedRequest extends Request {
  caller?: AccessClaims | null;
  checkedInput?: RouteInput<HttpRoute>;
}

const METHODS = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  DELETE: RequestMethod.DELETE,
} as const;

/** Marks the method that answers a route; policy and schemas come from the contract. */
export function Route(route: HttpRoute): MethodDecorator {
  return applyDecorators(
    SetMetadata(ROUTE, route),
    HttpCode(200),
    RequestMapping({ method: METHODS[route.method], path: route.path }),
  );
}

/** The checked input of the route. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<CheckedRequest>().checkedInput;
});

/** Who is calling: the claims of a valid token, or null. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<CheckedRequest>().caller ?? null;
});
