import { AppError, STATUS_OF, type ErrorBody } from '@cairn/contracts';
import {
  Catch,
  HttpException,
  Inject,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { type Response } from 'express';
import { randomUUID } from 'node:crypto';
import { LOGGER, type Logger } from '../logger.js';

/** Answers every error with its code and status; what we did not expect shows only an id, and the log has the rest. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { status, body } = this.answerTo(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(status).json(body);
  }

  private answerTo(error: unknown): { status: number; body: ErrorBody } {
    if (error instanceof AppError && error.kind !== 'defect') {
      const { status, code, message, details } = error;
      return { status, body: { code, message, details } };
    }
    const known = frameworkError(error);
    if (known !== null) return known;
    const errorId = randomUUID();
    this.log.error({ errorId, err: error }, 'Request failed');
    return {
      status: STATUS_OF.defect,
      body: { code: 'internal', message: 'Something went wrong here.', errorId },
    };
  }
}

/** What Nest and the body parser raise by themselves: unknown routes, broken JSON, bodies that are too large. */
function frameworkError(error: unknown): { status: number; body: ErrorBody } | null {
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (status === null || status >= 500) return null;
  if (status === 404)
    return { status, body: { code: 'route.not-found', message: 'There is nothing here.' } };
  if (status === 413)
    return { status: 400, body: { code: 'contract.too-large', message: 'The body is too large.' } };
  return {
    status: 400,
    body: { code: 'contract.invalid-payload', message: 'The request cannot be read.' },
  };
}

function statusOf(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : null;
}
