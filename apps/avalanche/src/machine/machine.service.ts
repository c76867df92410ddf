import { readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import { architectureSchema, type MachineFacts, type MachineState } from '@cairn/contracts';
import { isDiskFull } from './domain/disk-guard.js';
import { isaLevelOf } from './domain/isa-level.js';
import {
  cpuLoadBetween,
  parseCpuInfo,
  parseCpuTimes,
  parseMemoryInfo,
  parseOsRelease,
  type CpuTimes,
} from './domain/proc-files.js';

const TEXT_LENGTH_MAX = 255;
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  riscv64: 'riscv64',
  ia32: 'x86',
};

/** What this machine is and how it is doing, from /proc and the file system of the state directory. */
export class MachineService {
  readonly #stateDir: string;
  readonly #minFreeBytes: number;
  readonly #executor: string;
  #facts: MachineFacts | undefined;
  #lastTimes: CpuTimes;
  #wasDiskFull = false;

  constructor(options: {
    readonly stateDir: string;
    /** Below this the builder takes no orders. */
    readonly minFreeBytes: number;
    readonly executor: string;
  }) {
    this.#stateDir = options.stateDir;
    this.#minFreeBytes = options.minFreeBytes;
    this.#executor = options.executor;
    this.#lastTimes = parseCpuTimes(read('/proc/stat'));
  }

  /** Throws on a processor that the contracts do not know. */
  facts(): MachineFacts {
    this.#facts ??= this.#readFacts();
    return this.#facts;
  }

  #readFacts(): MachineFacts {
    const cpu = parseCpuInfo(read('/proc/cpuinfo'));
    return {
      hostName: clip(os.hostname()),
      operatingSystem: clip(parseOsRelease(read('/etc/os-release'))),
      kernel: clip(`${os.type()} ${os.release()}`),
      cpuModel: clip(cpu.model),
      cpuCount: os.availableParallelism(),
      isaLevel: isaLevelOf(cpu.flags),
      architecture: architectureSchema.parse(ARCHITECTURES[process.arch] ?? process.arch),
      memoryBytes: parseMemoryInfo(read('/proc/meminfo')).totalBytes,
      executor: this.#executor,
    };
  }

  /** The state now; the processors' load is that since the last call. */
  state(): MachineState {
    const times = parseCpuTimes(read('/proc/stat'));
    const cpuLoad = cpuLoadBetween({ from: this.#lastTimes, to: times });
    this.#lastTimes = times;
    const memory = parseMemoryInfo(read('/proc/meminfo'));
    const disk = statfsSync(this.#stateDir);
    return {
      cpuLoad,
      loadAverage: os.loadavg()[0] ?? 0,
      memoryUsedBytes: memory.usedBytes,
      memoryTotalBytes: memory.totalBytes,
      diskFreeBytes: disk.bavail * disk.bsize,
      diskTotalBytes: disk.blocks * disk.bsize,
    };
  }

  /** Whether there is too little room for another build. */
  isDiskFull(): boolean {
    const disk = statfsSync(this.#stateDir);
    this.#wasDiskFull = isDiskFull(
      { freeBytes: disk.bavail * disk.bsize, minFreeBytes: this.#minFreeBytes },
      this.#wasDiskFull,
    );
    return this.#wasDiskFull;
  }
}

function clip(text: string): string {
  return text.slice(0, TEXT_LENGTH_MAX);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Some containers hide these files; what they would say is then unknown, not an error.
    return '';
  }
}
