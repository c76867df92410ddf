const SHOWN_LENGTH = 10;

/** The beginning of a commit id; the whole is in the title. */
export function CommitId({ commit }: { readonly commit: string | null }) {
  if (commit === null) return <span className="muted">none yet</span>;
  return <code title={commit}>{commit.slice(0, SHOWN_LENGTH)}</code>;
}
