import { constants } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run, untilGone, type ExecError, type RunOutcome } from '@cairn/exec';
import { err, ok, type Result } from '@cairn/std';
import { type BuildLimits } from '../build-order.js';
import { type RootIds } from '../collect/foreign-set-id.js';
import { createControlGroup, type ControlGroup } from './control-groups.js';
import { watchDisk } from './disk-watch.js';
import { sharedSettings, topLevelPaths } from './host-facts.js';
import { mapIdRange, type IdRange } from './id-range.js';
import { NETWORK_SETTINGS, OWN_SETTINGS, writeOwnFiles } from './own-settings.js';
import { bubblewrapOptions, sandboxVector, type SandboxBind } from './sandbox-command.js';
import { type Scratch } from './scratch.js';
import { networkReadyFile, serveUserNetwork } from './user-network.js';

const TMP_SHARE = 4;
const TMP_MAX_BYTES = 2 * 1_024 * 1_024 * 1_024;
const GONE_TIMEOUT_MS = 30_000;
const STATUS_MAX_BYTES = 65_536;

/** One command to run inside. */
export interface SandboxCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly network: boolean;
  readonly binds?: readonly SandboxBind[];
  /** Time left for this command. */
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly capture?: boolean;
  readonly signal: AbortSignal;
  readonly onOutput?: (chunk: Buffer) => void;
}

/** How a command inside ended, or which limit of the build stopped it. */
export type SandboxError =
  | ExecError
  | {
      readonly code: 'sandbox.out-of-memory' | 'sandbox.disk-limit' | 'sandbox.not-entered';
      readonly message: string;
    };

/** Where a shell command failed inside a script. */
export interface FailedCommand {
  readonly exitCode: number;
  /** Line in the sourced script, counted from 1. */
  readonly line: number;
  readonly command: string;
}

/** The isolated root of one build: each command gets fresh namespaces over the same directories. */
export class Sandbox {
  readonly #scratch: Scratch;
  readonly #limits: BuildLimits;
  readonly #buildUserId: number | undefined;
  readonly #idRange: IdRange | undefined;
  readonly #group: ControlGroup;
  #hasOverlay = false;

  constructor(order: {
    readonly scratch: Scratch;
    readonly limits: BuildLimits;
    readonly buildUserId: number | undefined;
    /** Undefined where the build's root is its only id. */
    readonly idRange: IdRange | undefined;
  }) {
    this.#scratch = order.scratch;
    this.#limits = order.limits;
    this.#buildUserId = order.buildUserId;
    this.#idRange = order.idRange;
    this.#group = createControlGroup(order.limits);
  }

  /** Whether memory is limited for all processes together; otherwise each process has the limit for itself. */
  get limitsMemoryTogether(): boolean {
    return this.#group.memory;
  }

  /** Whether files can be given to other users and groups than root. */
  get hasIdRange(): boolean {
    return this.#idRange !== undefined;
  }

  /** The host's ids of the build's root. */
  get rootIds(): RootIds {
    return this.#buildUserId === undefined
      ? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
      : { uid: this.#buildUserId, gid: this.#buildUserId };
  }

  /** From now on the files in the scratch's overlay directory lie over the host's `/usr`. */
  useOverlay(): void {
    this.#hasOverlay = true;
  }

  /** Runs one command to its end. The error codes tell the limits apart; exit codes are outcomes. */
  async run(order: SandboxCommand): Promise<Result<RunOutcome, SandboxError>> {
    await this.#writeOptions(order);
    await this.#clearStatus();
    const killsBefore = this.#group.outOfMemoryKills();
    const disk = new AbortController();
    let diskMessage = '';
    const stopWatching = watchDisk({
      dir: this.#scratch.root,
      limitBytes: this.#limits.diskBytes,
      onExceeded: (message) => {
        diskMessage = message;
        disk.abort();
      },
    });
    const network = new AbortController();
    let stopped: readonly number[] = [];
    const outcome = await run({
      ...this.#vector(order),
      cwd: '/',
      timeoutMs: Math.max(1, order.timeoutMs),
      silenceMs: this.#limits.silenceMs,
      outputBytesMax: order.outputBytesMax,
      capture: order.capture ?? false,
      signal: AbortSignal.any([order.signal, disk.signal]),
      onOutput: (chunk) => order.onOutput?.(chunk),
      onStop: (descendants) => (stopped = descendants),
      onStart: (pid) => {
        if (this.#idRange !== undefined) void mapIdRange(pid, this.#idRange);
        if (order.network) void this.#serveNetwork(pid, { order, signal: network.signal });
      },
    });
    // Nobody may touch the directories while they are read or removed, least of all with our rights.
    await untilGone(stopped, GONE_TIMEOUT_MS);
    network.abort();
    stopWatching();
    if (disk.signal.aborted && !order.signal.aborted)
      return err({ code: 'sandbox.disk-limit', message: diskMessage });
    if (
      this.#group.outOfMemoryKills() > killsBefore &&
      !(outcome.ok && outcome.value.exitCode === 0)
    ) {
      return err({
        code: 'sandbox.out-of-memory',
        message: `The build needed more than ${this.#limits.memoryBytes} bytes of memory.`,
      });
    }
    return outcome.ok ? ok(outcome.value) : outcome;
  }

  /** Whether the last phase script was reached; otherwise the sandbox itself failed. */
  async wasEntered(): Promise<boolean> {
    return (await readStatus(path.join(this.#scratch.status, 'started'))) !== undefined;
  }

  /** The command that ended the last phase script, as far as it was recorded. */
  async failedCommand(): Promise<FailedCommand | undefined> {
    const text = await readStatus(path.join(this.#scratch.status, 'failure'));
    const match = /^(\d+)\n(\d+)\n([^]*)$/.exec(text ?? '');
    return match === null
      ? undefined
      : { exitCode: Number(match[1]), line: Number(match[2]), command: match[3] ?? '' };
  }

  async remove(): Promise<void> {
    await this.#group.remove();
  }

  async #serveNetwork(
    pid: number,
    more: { readonly order: SandboxCommand; readonly signal: AbortSignal },
  ): Promise<void> {
    const readyFile = networkReadyFile(this.#scratch.status);
    await serveUserNetwork({
      pid,
      readyFile,
      timeoutMs: more.order.timeoutMs,
      signal: more.signal,
    });
  }

  #vector({ command, network }: SandboxCommand): { command: string; args: readonly string[] } {
    return sandboxVector(
      {
        buildUserId: this.#buildUserId,
        hasIdRange: this.hasIdRange,
        joinFiles: this.#group.joinFiles,
        lowerDirs: this.#hasOverlay ? [path.join(this.#scratch.overlay, 'usr')] : [],
        mergedDir: this.#scratch.merged,
        optionsFile: this.#scratch.options,
        fileSizeMaxBytes: this.#limits.diskBytes,
        processesMax: this.#limits.processes,
        addressSpaceMaxBytes: this.#group.memory ? undefined : this.#limits.memoryBytes,
        networkReadyFile: network ? networkReadyFile(this.#scratch.status) : undefined,
      },
      command,
    );
  }

  async #writeOptions(order: SandboxCommand): Promise<void> {
    const own = path.join(this.#scratch.scripts, 'etc');
    const files = await writeOwnFiles(
      own,
      order.network ? { ...OWN_SETTINGS, ...NETWORK_SETTINGS } : OWN_SETTINGS,
    );
    const options = bubblewrapOptions({
      usr: this.#hasOverlay ? this.#scratch.merged : '/usr',
      topLevel: topLevelPaths(),
      settings: sharedSettings({ network: order.network }),
      ownFiles: files,
      binds: [...this.#binds(), ...(order.binds ?? [])],
      environment: order.environment,
      cwd: order.cwd,
      tmpBytes: Math.min(TMP_MAX_BYTES, Math.floor(this.#limits.memoryBytes / TMP_SHARE)),
      network: order.network,
      hasIdRange: this.hasIdRange,
    });
    await writeFile(this.#scratch.options, options.map((option) => `${option}\0`).join(''), {
      mode: 0o644,
    });
  }

  #binds(): SandboxBind[] {
    const { recipe, sources, build, install, status, scripts } = this.#scratch;
    return [
      { host: recipe, inside: '/mason/recipe', writable: false },
      { host: scripts, inside: '/mason/scripts', writable: false },
      { host: sources, inside: '/mason/sourcedir', writable: true },
      { host: build, inside: '/mason/build', writable: true },
      { host: install, inside: '/mason/install', writable: true },
      { host: status, inside: '/mason/status', writable: true },
    ];
  }

  async #clearStatus(): Promise<void> {
    for (const name of ['started', 'failure', 'network-ready'])
      await rm(path.join(this.#scratch.status, name), { recursive: true, force: true });
  }
}

async function readStatus(file: string): Promise<string | undefined> {
  try {
    // The build writes this file: neither a link nor a fifo in its place may lead or hold us.
    const handle = await open(
      file,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(STATUS_MAX_BYTES),
        0,
        STATUS_MAX_BYTES,
        0,
      );
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
