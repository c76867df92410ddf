import { HTTP_ROUTES, type HttpRoute } from '@cairn/contracts';
import { type INestApplicationContext, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ROUTE } from './route.decorator.js';

/** A controller's method and the route that it answers; null when it declares none. */
export interface HandlerFacts {
  readonly handler: string;
  readonly route: HttpRoute | null;
}

/** Nest's own key for a method that is bound to a path. */
const PATH_METADATA = 'path';

/** Every method of every controller that is bound to an HTTP path. */
export function discoverHandlers(app: INestApplicationContext): HandlerFacts[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [
    ...module.controllers.values(),
  ]);
  return controllers.flatMap(({ metatype }) =>
    metatype === null ? [] : handlersOf(metatype as Type),
  );
}

function handlersOf(controller: Type): HandlerFacts[] {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name): HandlerFacts[] => {
    const method = prototype[name];
    if (typeof method !== 'function' || name === 'constructor') return [];
    if (Reflect.getMetadata(PATH_METADATA, method) === undefined) return [];
    const route = (Reflect.getMetadata(ROUTE, method) as HttpRoute | undefined) ?? null;
    return [{ handler: `${controller.name}.${name}`, route }];
  });
}

/** Proof at start-up that routes and handlers match: each route is answered once, each handler has a policy. */
export function assertEveryRouteHandled(app: INestApplicationContext): void {
  const handlers = discoverHandlers(app);
  const closed = handlers
    .filter(({ route }) => route === null)
    .map(({ handler }) => `${handler} has no route: mark it with @Route`);
  const wrong = HTTP_ROUTES.flatMap((route) => {
    const count = handlers.filter((each) => each.route === route).length;
    return count === 1 ? [] : [`${route.method} ${route.path} has ${count} handlers`];
  });
  if (closed.length + wrong.length > 0)
    throw new Error(`summit cannot start: ${[...closed, ...wrong].join('; ')}.`);
}
