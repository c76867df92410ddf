import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Lets Nest's own messages go through our log; its chatter at start-up ("log") becomes `debug`. */
export class NestLogger implements LoggerService {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  log(message: unknown, ...more: readonly unknown[]): void {
    this.#write('debug', message, more);
  }

  debug(message: unknown, ...more: readonly unknown[]): void {
    this.#write('debug', message, more);
  }

  verbose(message: unknown, ...more: readonly unknown[]): void {
    this.#write('trace', message, more);
  }

  warn(message: unknown, ...more: readonly unknown[]): void {
    this.#write('warn', message, more);
  }

  error(message: unknown, ...more: readonly unknown[]): void {
    this.#write('error', message, more);
  }

  fatal(message: unknown, ...more: readonly unknown[]): void {
    this.#write('fatal', message, more);
  }

  /** Nest passes what it likes; by its habit the last text is the name of the speaking class. */
  #write(
    level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal',
    message: unknown,
    more: readonly unknown[],
  ): void {
    const speaker = more.at(-1);
    const rest = more.slice(0, -1);
    const fields = {
      ...(typeof speaker === 'string' ? { nest: speaker } : {}),
      ...(rest.length > 0 ? { nestDetails: rest } : {}),
    };
    if (message instanceof Error) this.#log[level]({ ...fields, err: message }, 'Framework error');
    else if (typeof message === 'string') this.#log[level](fields, message);
    else this.#log[level]({ ...fields, nestMessage: message }, 'Framework message');
  }
}
