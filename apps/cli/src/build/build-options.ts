import { InvalidArgumentError } from 'commander';
import { statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ExecutorChoice } from '@cairn/executor';
import { GIB, HOUR_MS, MIB, MINUTE_MS } from '@cairn/std';

/** Options of `cairn recipe build`, as the parser hands them over. */
export interface BuildCommandOptions {
  /** Absolute path. */
  readonly output: string;
  readonly executor: ExecutorChoice;
  /** Absolute paths and http(s) addresses. */
  readonly lookaside: readonly string[];
  /** Addresses of indexes. */
  readonly repo: readonly string[];
  /** Absolute paths of stones and of folders with stones. */
  readonly stone: readonly string[];
  readonly architecture: string;
  readonly buildRelease: number;
  readonly sourceDateEpoch?: number;
  readonly jobs: number;
  readonly network?: boolean;
  readonly offline?: boolean;
  readonly allowPrivateAddresses?: boolean;
  readonly timeLimit: number;
  readonly silenceLimit: number;
  readonly memoryLimit: number;
  readonly diskLimit: number;
  readonly twice?: boolean;
  readonly keepFailed?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

const MACHINE_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  riscv64: 'riscv64',
};
const PROCESSES_MAX = 4_096;
const LOG_SIZE_BYTES_MAX = GIB;
/** What the rest of the machine keeps at least, out of four parts. */
const MEMORY_SHARE = 3 / 4;

/** What holds when an option is not given. Times are in minutes, memory in MiB, disk in GiB. */
export const BUILD_DEFAULTS = {
  architecture: MACHINE_ARCHITECTURES[process.arch] ?? process.arch,
  jobs: availableParallelism(),
  timeLimit: (6 * HOUR_MS) / MINUTE_MS,
  silenceLimit: 30,
  memoryLimit: Math.floor((totalmem() * MEMORY_SHARE) / MIB),
  diskLimit: 50,
} as const;

/** The limits in the executor's units. */
export function buildLimits(options: BuildCommandOptions) {
  return {
    timeMs: options.timeLimit * MINUTE_MS,
    silenceMs: options.silenceLimit * MINUTE_MS,
    memoryBytes: options.memoryLimit * MIB,
    processes: PROCESSES_MAX,
    logBytes: LOG_SIZE_BYTES_MAX,
    diskBytes: options.diskLimit * GIB,
  };
}

/** A folder or an http(s) address, added to those before. */
export function lookasideArgument(text: string, before: readonly string[]): string[] {
  return [...before, isHttp(text) ? text : existing(text, 'folder')];
}

/** The address of an index, or its path, added to those before. */
export function repositoryArgument(text: string, before: readonly string[]): string[] {
  const isAddress = isHttp(text) || text.startsWith('file:///');
  return [...before, isAddress ? text : pathToFileURL(existing(text, 'file')).href];
}

/** A stone or a folder with stones, added to those before. */
export function stoneArgument(text: string, before: readonly string[]): string[] {
  return [...before, existing(text, 'either')];
}

export function pathArgument(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a path');
  return resolve(text);
}

function isHttp(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text);
}

function existing(text: string, kind: 'file' | 'folder' | 'either'): string {
  const found = text === '' ? undefined : statSync(text, { throwIfNoEntry: false });
  const isWanted =
    found !== undefined && (kind === 'either' || found.isDirectory() === (kind === 'folder'));
  if (isWanted) return resolve(text);
  const what = kind === 'either' ? 'file or folder' : kind;
  throw new InvalidArgumentError(`there is no ${what} of this name`);
}
