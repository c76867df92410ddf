/** How many builders there were, and when. */
export class Capacity {
  readonly #changes: { readonly atMs: number; readonly builders: number }[] = [];

  /** Builders come (positive) or go (negative); times must not go back. */
  change(atMs: number, builders: number): void {
    this.#changes.push({ atMs, builders });
  }

  /** Builder time from the start until `endMs`. */
  availableMs(endMs: number): number {
    let total = 0;
    this.#walk((span) => {
      total += span.builders * Math.max(0, Math.min(span.toMs, endMs) - span.fromMs);
      return span.toMs < endMs;
    });
    return total;
  }

  /** The earliest time at which builders that never idle could have done this much work. */
  timeForMs(workMs: number): number {
    let left = workMs;
    let timeMs = 0;
    this.#walk((span) => {
      const possibleMs = span.builders * (span.toMs - span.fromMs);
      if (span.builders > 0 && possibleMs >= left) {
        timeMs = span.fromMs + left / span.builders;
        return false;
      }
      left -= possibleMs;
      timeMs = span.toMs;
      return true;
    });
    return timeMs;
  }

  #walk(visit: (span: { fromMs: number; toMs: number; builders: number }) => boolean): void {
    let builders = 0;
    for (const [place, change] of this.#changes.entries()) {
      builders += change.builders;
      const toMs = this.#changes[place + 1]?.atMs ?? Infinity;
      if (toMs === change.atMs) continue;
      if (!visit({ fromMs: change.atMs, toMs, builders })) return;
    }
  }
}
