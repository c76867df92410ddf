// A disk of a few megabytes of which a test can take the rest away: a tmpfs in a mount namespace of its own, so that
// neither root nor a trace on the machine is needed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SIZE_MIB = 64;
const MOUNT = `mount -t tmpfs -o size=${SIZE_MIB}m tmpfs "$1" && echo mounted && exec sleep infinity`;
const PIECE = Buffer.alloc(4_096, 1);

/** Whether this machine lets us have such a disk. */
export function canHaveSmallDisk(): boolean {
  const { status } = spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return status === 0;
}

export class SmallDisk {
  private constructor(
    private readonly holder: ChildProcess,
    /** Where programs that are run through `command` find it. */
    readonly dir: string,
  ) {}

  static async mount(dir: string): Promise<SmallDisk> {
    mkdirSync(dir);
    const holder = spawn('unshare', ['-Urm', 'sh', '-c', MOUNT, 'sh', dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    return new SmallDisk(holder, dir);
  }

  /** What runs a program so that it has the disk. */
  get command(): readonly string[] {
    const { pid } = this.holder;
    return ['nsenter', '--preserve-credentials', '-U', '-m', '-t', String(pid), '--'];
  }

  /** The disk as it looks from outside. */
  get outside(): string {
    return join('/proc', String(this.holder.pid), 'root', this.dir);
  }

  /** Takes everything away but so many bytes, to the next page. */
  fill(leftBytes: number): void {
    const filler = openSync(join(this.outside, 'filler'), 'w');
    try {
      while (this.freeBytes() > leftBytes) writeSync(filler, PIECE);
    } finally {
      closeSync(filler);
    }
  }

  free(): void {
    rmSync(join(this.outside, 'filler'), { force: true });
  }

  async unmount(): Promise<void> {
    const exited = once(this.holder, 'exit');
    this.holder.kill('SIGKILL');
    await exited;
  }

  private freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.outside);
    return bavail * bsize;
  }
}
