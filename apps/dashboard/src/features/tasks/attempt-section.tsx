import { type AttemptView } from '@cairn/contracts';
import { Bytes } from '../../components/bytes.js';
import { Ago, Took } from '../../components/moment.js';
import { AttemptStateBadge } from '../../components/state-badge.js';
import { FailureDetails } from './failure-details.js';

function Collectables({ attempt }: { readonly attempt: AttemptView }) {
  if (attempt.collectables.length === 0) return null;
  return (
    <details>
      <summary>{attempt.collectables.length} files</summary>
      <ul className="plain small">
        {attempt.collectables.map((file) => (
          <li key={file.name}>
            <code className="breaking" title={`SHA-256 ${file.sha256}`}>
              {file.name}
            </code>{' '}
            <span className="muted">
              <Bytes value={file.sizeBytes} />
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface AttemptSectionProps {
  readonly attempt: AttemptView;
  readonly isLogShown: boolean;
  readonly onShowLog: () => void;
}

/** One attempt: who built, when, how it ended, what it made. */
export function AttemptSection({ attempt, isLogShown, onShowLog }: AttemptSectionProps) {
  return (
    <article className={isLogShown ? 'card chosen' : 'card'}>
      <header className="card-head">
        <h3>Attempt {attempt.number}</h3>
        <AttemptStateBadge state={attempt.state} />
        <span className="spacer" />
        <button type="button" aria-pressed={isLogShown} onClick={onShowLog}>
          {isLogShown ? 'Log below' : 'Show log'}
        </button>
      </header>
      <p className="muted small">
        on {attempt.builder} · build release {attempt.buildRelease} · dispatched{' '}
        <Ago at={attempt.dispatchedAt} /> · took{' '}
        <Took from={attempt.dispatchedAt} to={attempt.endedAt} />
        {attempt.step !== null && attempt.endedAt === null && <> · step {attempt.step}</>}
        {attempt.pinnedHistory !== null && (
          <>
            {' '}
            · built against <code>{attempt.pinnedHistory}</code>
          </>
        )}
      </p>
      {attempt.failure !== null && <FailureDetails failure={attempt.failure} />}
      <Collectables attempt={attempt} />
    </article>
  );
}
