import { useState } from 'react';

interface ConfirmButtonProps {
  readonly label: string;
  readonly question: string;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
}

/** A button for what cannot be undone: the first press asks, the second does it. */
export function ConfirmButton({ label, question, isBusy, onConfirm }: ConfirmButtonProps) {
  const [isAsking, setAsking] = useState(false);
  const press = (): void => {
    setAsking(!isAsking);
    if (isAsking) onConfirm();
  };
  return (
    <button
      type="button"
      className={isAsking ? 'danger' : undefined}
      disabled={isBusy}
      onClick={press}
      onBlur={() => setAsking(false)}
    >
      {isAsking ? question : label}
    </button>
  );
}
