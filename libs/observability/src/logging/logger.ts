import { pino, stdSerializers, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { currentLogFields } from '../work-context.js';
import { REDACTED, redactionPaths, withoutUrlPasswords } from './redaction.js';

export type { Logger } from 'pino';

/** From everything to almost nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A logger that writes one JSON object per line, with the fields of the present work. Use it as
 * `log.info({ taskId }, 'Task requeued')`: a constant sentence, data in fields, errors under `err`.
 */
export function createLogger(options: {
  /** The app, such as `summit`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Where the lines go, standard output unless told. */
  readonly destination?: DestinationStream;
}): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    base: { pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    redact: { paths: redactionPaths(), censor: REDACTED },
    serializers: { err: serializeError },
    mixin: currentLogFields,
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const plain = stdSerializers.err(error);
  return {
    ...plain,
    message: withoutUrlPasswords(plain.message),
    stack: withoutUrlPasswords(plain.stack),
  };
}
