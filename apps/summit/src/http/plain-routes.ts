import { type TokenSigner } from '@cairn/auth';
import { openApiDocument } from '@cairn/contracts';
import { type Health, type Metrics, METRICS_CONTENT_TYPE } from '@cairn/observability';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SUMMIT_VERSION } from '../version.js';

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "object-src 'none'",
].join('; ');

/** Headers that every answer carries. */
export function secureHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  });
  next();
}

/** What is served beside the API: keys, its description, health, metrics and the dashboard. All of it is public by intent. */
export function servePlainRoutes(
  app: Express,
  given: {
    readonly signer: TokenSigner;
    readonly health: Health;
    readonly metrics: Metrics;
    readonly dashboardDir: string | null;
  },
): void {
  const document = openApiDocument(SUMMIT_VERSION);
  app.get('/.well-known/jwks.json', (_request, response) => void response.json(given.signer.jwks));
  app.get('/api/v1/openapi.json', (_request, response) => void response.json(document));
  app.get('/healthz', (_request, response) => void response.json({ status: 'alive' }));
  app.get('/readyz', (_request, response, next) => {
    given.health.readiness().then((report) => {
      response.status(report.status === 'up' ? 200 : 503).json(report);
    }, next);
  });
  app.get('/metrics', (_request, response, next) => {
    given.metrics
      .render()
      .then((text) => void response.type(METRICS_CONTENT_TYPE).send(text), next);
  });
  if (given.dashboardDir !== null && existsSync(given.dashboardDir))
    serveDashboard(app, given.dashboardDir);
}

function serveDashboard(app: Express, dir: string): void {
  app.use(
    '/assets',
    express.static(join(dir, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  );
  app.use(express.static(dir, { maxAge: 0, index: 'index.html' }));
  // The pages' own addresses: the dashboard routes them in the browser.
  app.get(/^\/(?!api\/|assets\/|\.well-known\/).*$/, (request, response, next) => {
    if (!request.accepts('html')) {
      next();
      return;
    }
    response.sendFile('index.html', { root: dir, headers: { 'cache-control': 'no-cache' } });
  });
}
