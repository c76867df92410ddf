import { durationText, exactText, relativeText } from './duration.js';
import { useNowMs } from './now.js';

function isoText(atMs: number): string | undefined {
  const at = new Date(atMs);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** How long ago something was; the exact time is in the title. */
export function Ago({
  at,
  never = 'never',
}: {
  readonly at: number | null;
  readonly never?: string;
}) {
  const nowMs = useNowMs();
  if (at === null) return <span className="muted">{never}</span>;
  return (
    <time dateTime={isoText(at)} title={exactText(at)}>
      {relativeText(at, nowMs)}
    </time>
  );
}

/** How long something took, or has taken until now when it has no end. */
export function Took({ from, to }: { readonly from: number | null; readonly to: number | null }) {
  const nowMs = useNowMs();
  if (from === null) return <span className="muted">–</span>;
  return (
    <time className="took" title={`since ${exactText(from)}`}>
      {durationText((to ?? nowMs) - from)}
    </time>
  );
}
