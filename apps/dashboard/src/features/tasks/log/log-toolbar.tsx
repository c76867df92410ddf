import { type LogState } from './attempt-log.js';
import { Bytes } from '../../../components/bytes.js';

const STATE_TEXT: Readonly<Record<LogState, string>> = {
  connecting: 'Opening the log …',
  live: 'Following live',
  reconnecting: 'Connection lost, trying again …',
  complete: 'Complete',
  closed: 'Closed',
};

interface LogToolbarProps {
  readonly state: LogState;
  readonly sizeBytes: number;
  readonly isWrapped: boolean;
  readonly isFollowing: boolean;
  readonly canJumpToError: boolean;
  /** What is being fetched at the reader's wish, in words; null when nothing is. */
  readonly busy: string | null;
  readonly onWrap: (isWrapped: boolean) => void;
  readonly onFollow: () => void;
  readonly onError: () => void;
  readonly onDownload: () => void;
}

/** State of the log and what the reader can do with it. */
export function LogToolbar(props: LogToolbarProps) {
  const isBusy = props.busy !== null;
  return (
    <div className="log-toolbar">
      <span className={`log-state ${props.state}`} role="status">
        {props.busy ?? STATE_TEXT[props.state]}
      </span>
      <span className="muted">
        <Bytes value={props.sizeBytes} />
      </span>
      <span className="spacer" />
      <label className="check">
        <input
          type="checkbox"
          checked={props.isWrapped}
          onChange={(event) => props.onWrap(event.target.checked)}
        />
        Wrap
      </label>
      <button type="button" onClick={props.onError} disabled={!props.canJumpToError || isBusy}>
        First error
      </button>
      <button type="button" onClick={props.onFollow} disabled={props.isFollowing}>
        To the end
      </button>
      <button type="button" onClick={props.onDownload} disabled={isBusy || props.sizeBytes === 0}>
        Download
      </button>
    </div>
  );
}
