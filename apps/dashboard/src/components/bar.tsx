interface BarProps {
  readonly label: string;
  /** Share in use, 0 to 1. */
  readonly share: number;
  /** What the share means, for example `3.1 GiB of 16 GiB`. */
  readonly text: string;
}

const NEARLY_FULL_SHARE = 0.9;

/** A small horizontal gauge with its meaning beside it. */
export function Bar({ label, share, text }: BarProps) {
  const percent = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * 100);
  return (
    <div className="bar">
      <span className="bar-label">{label}</span>
      <svg
        className={share >= NEARLY_FULL_SHARE ? 'bar-gauge high' : 'bar-gauge'}
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={text}
      >
        <rect className="bar-ground" width="100" height="8" />
        <rect className="bar-level" width={percent} height="8" />
      </svg>
      <span className="bar-text">{text}</span>
    </div>
  );
}
