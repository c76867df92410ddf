import { type TaskState } from '@cairn/contracts';
import { ConfirmButton } from '../../components/confirm-button.js';

interface TaskActionsProps {
  readonly state: TaskState;
  readonly mayRetry: boolean;
  readonly mayCancel: boolean;
  readonly mayHold: boolean;
  readonly isHeld: boolean;
  readonly isBusy: boolean;
  readonly onRetry: () => void;
  readonly onCancel: () => void;
  /** Holds it, or releases it when it is held. */
  readonly onHold: () => void;
}

/** What may be done with a task in its state, by this person. */
export function TaskActions(props: TaskActionsProps) {
  const isRetryable = props.state === 'failed' || props.state === 'cancelled';
  const isCancellable = props.state === 'new' || props.state === 'building';
  return (
    <div className="actions">
      {isRetryable && props.mayRetry && (
        <button type="button" className="primary" disabled={props.isBusy} onClick={props.onRetry}>
          Retry
        </button>
      )}
      {props.state === 'new' && props.mayHold && (
        <button type="button" disabled={props.isBusy} onClick={props.onHold}>
          {props.isHeld ? 'Release' : 'Hold'}
        </button>
      )}
      {isCancellable && props.mayCancel && (
        <ConfirmButton
          label="Cancel"
          question="Really cancel?"
          isBusy={props.isBusy}
          onConfirm={props.onCancel}
        />
      )}
    </div>
  );
}
