import { ApiError } from '../api/client.js';

/** What went wrong, in words, with the code to look up. */
export function ErrorNote({ error }: { readonly error: Error }) {
  const code = error instanceof ApiError ? error.code : 'internal';
  const errorId = error instanceof ApiError ? error.errorId : undefined;
  return (
    <p className="note bad" role="alert">
      {error.message} <code>{code}</code>
      {errorId !== undefined && (
        <>
          {' '}
          <span className="muted">error id {errorId}</span>
        </>
      )}
    </p>
  );
}
