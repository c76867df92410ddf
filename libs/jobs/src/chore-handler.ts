import { AppError } from '@cairn/contracts';
import type { Logger } from '@cairn/observability';
import type { Chore } from './chore.js';

/** What a handler is given besides the data. */
export interface ChoreContext {
  /** Aborts when the app stops or the chore's time is over; a handler that waits must heed it. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly log: Logger;
}

/** A chore together with the one function that does it. */
export interface ChoreHandler {
  readonly chore: Chore<unknown>;
  readonly handle: (data: unknown, context: ChoreContext) => Promise<void>;
}

/** Pairs a chore with what does it; the data is parsed before `handle` sees it. */
export function handleChore<Data>(
  chore: Chore<Data>,
  handle: (data: Data, context: ChoreContext) => Promise<void>,
): ChoreHandler {
  return {
    chore: chore as unknown as Chore<unknown>,
    handle: async (data, context) => handle(parseData(chore, data), context),
  };
}

function parseData<Data>(chore: Chore<Data>, data: unknown): Data {
  try {
    return chore.data.parse(data);
  } catch (cause) {
    throw new AppError('contract.invalid-payload', `data is not of ${chore.name}`, {}, { cause });
  }
}

/** Throws, naming all faults, unless each chore has exactly one handler and each handler a defined chore. */
export function assertEveryChoreHandled(wiring: {
  readonly app: string;
  // A chore of any data: only its name matters here.
  readonly chores: readonly Pick<Chore<never>, 'name'>[];
  readonly handlers: readonly ChoreHandler[];
}): void {
  const defined = wiring.chores.map(({ name }) => name);
  const handled = wiring.handlers.map(({ chore }) => chore.name);
  const faults = [
    ...repeatedIn(defined).map((name) => `the chore "${name}" is defined twice`),
    ...repeatedIn(handled).map((name) => `the chore "${name}" has several handlers`),
    ...defined.filter((name) => !handled.includes(name)).map((name) => `no handler for "${name}"`),
    ...handled.filter((name) => !defined.includes(name)).map((name) => `"${name}" is not defined`),
  ];
  if (faults.length > 0) throw new Error(`${wiring.app} cannot start: ${faults.join('; ')}`);
}

function repeatedIn(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
