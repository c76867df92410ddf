import { AppError } from '@cairn/contracts';
import type { HealthReport } from '@cairn/observability';
import type { ServerResponse } from 'node:http';

const RETRY_AFTER_SECONDS = 10;
/** What was set for a file that then could not be sent. */
const FILE_HEADERS = [
  'ETag',
  'Last-Modified',
  'Content-Encoding',
  'Accept-Ranges',
  'Content-Length',
  'Content-Range',
];

/** Answers with a sentence in place of a file. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  for (const name of FILE_HEADERS) response.removeHeader(name);
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status).end(`${text}\n`);
}

/** Answers a request that failed: with the code when trying again can help, and never with the cause. */
export function sendFault(response: ServerResponse, fault: unknown): void {
  if (fault instanceof AppError && fault.isRetryable) {
    response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    sendText(response, fault.status, `${fault.code}: This cannot be had at present.`);
  } else sendText(response, 500, 'Something went wrong here.');
}

export function sendReport(response: ServerResponse, report: HealthReport): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(report.status === 'up' ? 200 : 503).end(JSON.stringify(report));
}
