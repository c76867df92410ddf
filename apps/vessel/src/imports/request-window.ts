/** Lets a fixed number of requests be under way at once; the others wait in line. */
export class RequestWindow {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(inFlightMax: number) {
    this.free = inFlightMax;
  }

  async run<T>(request: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await request();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
