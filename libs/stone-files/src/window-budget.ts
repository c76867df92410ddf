import { GIB } from '@cairn/std';

/** Sum of the windows of all streaming decoders that run at once in this process, in bytes. */
export const DECODER_WINDOWS_SIZE_BYTES_MAX = 4 * GIB;

/** Lets work in as long as the sum of what it takes stays below a limit; the rest waits its turn. */
export class SizeBudget {
  private takenBytes = 0;
  private readonly waiting: { readonly sizeBytes: number; readonly enter: () => void }[] = [];

  private readonly limitBytes: number;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Runs `work` once its share is free; a share beyond the limit takes the whole budget. */
  async run<T>(wantedBytes: number, work: () => Promise<T>): Promise<T> {
    const sizeBytes = Math.min(wantedBytes, this.limitBytes);
    await this.take(sizeBytes);
    try {
      return await work();
    } finally {
      this.takenBytes -= sizeBytes;
      this.admit();
    }
  }

  private take(sizeBytes: number): Promise<void> {
    return new Promise((enter) => {
      this.waiting.push({ sizeBytes, enter });
      this.admit();
    });
  }

  private admit(): void {
    for (;;) {
      const [next] = this.waiting;
      if (next === undefined || this.takenBytes + next.sizeBytes > this.limitBytes) return;
      this.waiting.shift();
      this.takenBytes += next.sizeBytes;
      next.enter();
    }
  }
}

/** The budget that all decoders of this process share. */
export const decoderWindows = new SizeBudget(DECODER_WINDOWS_SIZE_BYTES_MAX);
