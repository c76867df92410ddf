/** A pause that ends after its time or when somebody calls `wake`, whichever is first. */
export class WakeablePause {
  readonly #sleepers = new Set<() => void>();

  /** Resolves after `ms` milliseconds, or earlier on `wake` or when the signal is aborted. Never rejects. */
  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(finish);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      this.#sleepers.add(finish);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }

  /** Ends every present pause. */
  wake(): void {
    for (const finish of [...this.#sleepers]) finish();
  }
}
