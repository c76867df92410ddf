import { type ReactNode } from 'react';
import { ErrorNote } from './error-note.js';

interface LoadedProps<T> {
  readonly query: { readonly data: T | undefined; readonly error: Error | null };
  readonly children: (data: T) => ReactNode;
}

/** What a query brought. An error of a later round is told above the last known answer, which stays. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  return (
    <>
      {query.error && <ErrorNote error={query.error} />}
      {query.data === undefined
        ? query.error === null && (
            <p className="muted" role="status">
              Loading …
            </p>
          )
        : children(query.data)}
    </>
  );
}
