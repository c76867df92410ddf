import { browseRoutes } from './browse.routes.js';
import { type HttpRoute } from './http-route.js';
import { hubRoutes } from './hub.routes.js';
import { rebuildRoutes } from './rebuild.routes.js';
import { sessionRoutes } from './session.routes.js';

/** Every route of summit's API; the server refuses to start when one has no handler. */
export const HTTP_ROUTES: readonly HttpRoute[] = [
  ...sessionRoutes,
  ...hubRoutes,
  ...browseRoutes,
  ...rebuildRoutes,
];
