/** Does a piece of work once at a time; a call that comes while it runs makes it run once more afterwards. */
export class SingleFlight {
  private readonly work: () => Promise<void>;
  private readonly onError: (error: unknown) => void;
  private running: Promise<void> | undefined;
  private isWanted = false;

  constructor(work: () => Promise<void>, onError: (error: unknown) => void) {
    this.work = work;
    this.onError = onError;
  }

  wake(): void {
    this.isWanted = true;
    this.running ??= this.run();
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.isWanted) {
      this.isWanted = false;
      try {
        await this.work();
      } catch (error) {
        this.onError(error);
      }
    }
    // In the same turn as the last look, so that no wake is lost.
    this.running = undefined;
  }
}
