/** A server that runs as a child process of this one. It dies with us, even when we are killed. */
export interface RunningServer {
  /** What a client connects to, password included. */
  readonly url: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  readonly pid: number;
  /** The file that the server's output is appended to. */
  readonly logFile: string;
  /** Settles when the process has ended, whoever ended it. */
  readonly exited: Promise<ServerExit>;
  /** Ends the server in its orderly way, then with force; returns after at most about 20 s. Harmless when it has ended. */
  stop(): Promise<void>;
  /** Sends a signal; for a signal that ends the process, waits until it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** How a server process ended. */
export interface ServerExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a server keeps its files and how careful it is with them. */
export interface ServerOptions {
  /** Data folder, made when absent; a second start continues with what is in it. */
  readonly dir: string;
  /** True: what was acknowledged survives a power cut. False: as fast as can be, for tests only. */
  readonly durable: boolean;
  /** TCP port; without it the port of the last start in `dir` when that is free, else any free one. */
  readonly port?: number;
}

const running = new Map<number, string>();

/** Notes a running server so that a test that forgets to stop it can be told. */
export function noteRunning(server: { readonly pid: number; readonly name: string }): void {
  running.set(server.pid, server.name);
}

/** Forgets a server that has ended. */
export function noteEnded(pid: number): void {
  running.delete(pid);
}

/** The servers that this process started and that still run: `name (pid)`. */
export function serversStillRunning(): readonly { readonly pid: number; readonly name: string }[] {
  return [...running].map(([pid, name]) => ({ pid, name }));
}
