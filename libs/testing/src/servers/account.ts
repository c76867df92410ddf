import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The account "nobody" of Debian: Postgres refuses to run as root, and the others need no rights either. */
const UNPRIVILEGED_ID = 65_534;
const OTHERS_MAY_ENTER = 0o001;
/** Where a data folder below a closed folder (such as /root) appears to its server, in a mount namespace of its own. */
const PRIVATE_VIEW = '/mnt';
const MOUNT_AND_RUN = 'mount --bind -- "$1" "$2" && cd "$2" && shift 2 && exec "$@"';

/** How server programs of one data folder are started: under which account, and where they see the folder. */
export interface ServerAccount {
  readonly dir: string;
  /** The path of `dir` as the server sees it. */
  readonly seenDir: string;
  readonly dropsRights: boolean;
}

/** Makes the data folder and settles under which account its server runs: ours, or nobody when we are root. */
export function serverAccount(dir: string): ServerAccount {
  const absolute = resolve(dir);
  mkdirSync(absolute, { recursive: true, mode: 0o711 });
  if (process.getuid?.() !== 0) {
    accessSync(absolute, constants.W_OK);
    return { dir: absolute, seenDir: absolute, dropsRights: false };
  }
  chownSync(absolute, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
  chmodSync(absolute, 0o711);
  const seenDir = isReachableForOthers(dirname(absolute)) ? absolute : PRIVATE_VIEW;
  return { dir: absolute, seenDir, dropsRights: true };
}

/** Gives a file or folder in the data folder to the server's account. */
export function giveTo(account: ServerAccount, path: string): void {
  if (account.dropsRights) chownSync(path, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
}

/** Starts a program under the account; the kernel kills it when we die. Output goes to the descriptor `log`. */
export function spawnAs(
  account: ServerAccount,
  program: { readonly command: string; readonly args: readonly string[]; readonly log: number },
): ChildProcess {
  const [command, ...args] = [
    ...viewPrefix(account),
    'setpriv',
    ...(account.dropsRights
      ? [`--reuid=${UNPRIVILEGED_ID}`, `--regid=${UNPRIVILEGED_ID}`, '--clear-groups']
      : []),
    '--pdeathsig',
    'KILL',
    program.command,
    ...program.args,
  ];
  return spawn(command ?? '', args, {
    cwd: account.dir,
    // A process group of its own: Ctrl-C on the terminal is for us, who stop it in order.
    detached: true,
    stdio: ['ignore', program.log, program.log],
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
}

function viewPrefix(account: ServerAccount): readonly string[] {
  if (account.seenDir === account.dir) return [];
  const shell = ['sh', '-c', MOUNT_AND_RUN, 'sh', account.dir, account.seenDir];
  return ['unshare', '--mount', '--propagation', 'private', '--', ...shell];
}

function isReachableForOthers(dir: string): boolean {
  for (let current = dir; ; current = dirname(current)) {
    if ((statSync(current).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (current === dirname(current)) return true;
  }
}

/** The full path of a program, or undefined when it is not installed. */
export function whichProgram(name: string): string | undefined {
  try {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
    return execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', name], {
      env: { PATH: path },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
