import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceContext } from './trace-context.js';

/** Facts that every log line of one piece of work carries, such as `taskId` and `builderId`. */
export type ContextFields = Readonly<Record<string, string | number>>;

interface WorkContext {
  readonly trace: TraceContext | undefined;
  readonly fields: ContextFields;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** Runs work, and everything it starts, with fields added to those around it; `trace` replaces the surrounding one. */
export function runInContext<T>(
  context: { readonly trace?: TraceContext; readonly fields?: ContextFields },
  work: () => T,
): T {
  const outer = storage.getStore();
  const trace = context.trace ?? outer?.trace;
  return storage.run({ trace, fields: { ...outer?.fields, ...context.fields } }, work);
}

/** The trace of the present work, if it has one. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore()?.trace;
}

/** What a log line written now should carry: the context's fields, `traceId` and `spanId`. */
export function currentLogFields(): ContextFields {
  const context = storage.getStore();
  if (context === undefined) return {};
  const { trace, fields } = context;
  return trace === undefined ? fields : { ...fields, traceId: trace.traceId, spanId: trace.spanId };
}
