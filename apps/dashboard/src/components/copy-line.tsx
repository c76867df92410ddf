import { useState } from 'react';

const SAID_MS = 2_000;

/** A command line to copy: by the button, or by hand where the browser has no clipboard. */
export function CopyLine({ text }: { readonly text: string }) {
  const [hasCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <div className="copy-line">
      <code tabIndex={0}>{text}</code>
      {/* Over plain HTTP beyond this machine browsers have no clipboard. */}
      {window.isSecureContext && (
        <button type="button" onClick={() => void copy()}>
          {hasCopied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}
