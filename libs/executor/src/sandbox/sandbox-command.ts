import {
  BUILD_ROOT_SCRIPT,
  FIRST_PROCESS,
  ID_MAP_SHELL,
  ID_MAP_WAIT,
  JOIN_GROUPS_SCRIPT,
} from './enter-script.js';
import { type TopLevelPath } from './host-facts.js';

/** A directory or file of the host that is seen inside. */
export interface SandboxBind {
  readonly host: string;
  readonly inside: string;
  readonly writable: boolean;
}

/** What the inside looks like. */
export interface SandboxView {
  /** The tree that becomes `/usr`. */
  readonly usr: string;
  readonly topLevel: readonly TopLevelPath[];
  /** Files and folders of the host's `/etc`, shown read-only at the same place. */
  readonly settings: readonly string[];
  /** Small files written for the inside, by path. */
  readonly ownFiles: readonly { readonly host: string; readonly inside: string }[];
  readonly binds: readonly SandboxBind[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Size of `/tmp` and of `/dev/shm`. */
  readonly tmpBytes: number;
  readonly network: boolean;
  /** Whether the namespace around bubblewrap holds a range of ids already; else it makes one with root alone. */
  readonly hasIdRange: boolean;
}

/** What a build that has a range of ids may do with its own files. None of it reaches a file of the host. */
const OWNER_CAPABILITIES = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID'];

/** bubblewrap's options for a view, in the order it applies them. */
export function bubblewrapOptions(view: SandboxView): string[] {
  return [
    ...(view.hasIdRange ? [] : ['--unshare-user', '--disable-userns', '--uid', '0', '--gid', '0']),
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(view.network ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--as-pid-1', '--new-session', '--hostname', 'cairn'],
    ...['--cap-drop', 'ALL'],
    ...(view.hasIdRange ? OWNER_CAPABILITIES : []).flatMap((name) => ['--cap-add', name]),
    '--clearenv',
    ...Object.entries(view.environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...[
      '--ro-bind',
      view.usr,
      '/usr',
      '--tmpfs',
      '/usr/local',
      '--remount-ro',
      '/usr/local',
      '--tmpfs',
      '/usr/src',
      '--remount-ro',
      '/usr/src',
    ],
    ...view.topLevel.flatMap(({ path, linkTarget }) =>
      linkTarget === undefined ? ['--ro-bind', path, path] : ['--symlink', linkTarget, path],
    ),
    ...['--perms', '0755', '--dir', '/etc'],
    ...view.settings.flatMap((path) => ['--ro-bind', path, path]),
    ...view.ownFiles.flatMap(({ host, inside }) => ['--ro-bind', host, inside]),
    ...[
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--perms',
      '1777',
      '--size',
      String(view.tmpBytes),
      '--tmpfs',
      '/dev/shm',
    ],
    ...[
      '--remount-ro',
      '/dev',
      '--perms',
      '1777',
      '--size',
      String(view.tmpBytes),
      '--tmpfs',
      '/tmp',
    ],
    ...[
      '--perms',
      '0755',
      '--dir',
      '/var',
      '--symlink',
      '../tmp',
      '/var/tmp',
      '--perms',
      '0755',
      '--dir',
      '/run',
      '--perms',
      '0755',
      '--dir',
      '/mason',
    ],
    ...view.binds.flatMap(({ host, inside, writable }) => [
      writable ? '--bind' : '--ro-bind',
      host,
      inside,
    ]),
    ...['--remount-ro', '/', '--chdir', view.cwd],
  ];
}

/** How the sandbox is entered. */
export interface SandboxEntry {
  /** User and group id to drop to before any namespace; undefined when not started as root. */
  readonly buildUserId: number | undefined;
  /** Whether the caller writes the id map from outside; else root alone is mapped. */
  readonly hasIdRange: boolean;
  readonly joinFiles: readonly string[];
  /** Directories laid over the host's `/usr`, the uppermost first; none means the host's own. */
  readonly lowerDirs: readonly string[];
  readonly mergedDir: string;
  readonly optionsFile: string;
  readonly fileSizeMaxBytes: number;
  readonly processesMax: number;
  /** Undefined where a control group keeps the memory limit. */
  readonly addressSpaceMaxBytes: number | undefined;
  /** File by which the inside asks for a user-mode network; undefined for none. */
  readonly networkReadyFile: string | undefined;
}

/** The argument vector that runs `command` inside. Every step replaces the one before, so one process id stays. */
export function sandboxVector(
  entry: SandboxEntry,
  command: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  const lower = entry.lowerDirs.length === 0 ? '' : [...entry.lowerDirs, '/usr'].join(':');
  const numbers = [
    entry.fileSizeMaxBytes,
    entry.processesMax,
    entry.addressSpaceMaxBytes ?? 'unlimited',
  ].map(String);
  const inside = [
    ...(entry.hasIdRange
      ? [...ID_MAP_SHELL, `${ID_MAP_WAIT}${BUILD_ROOT_SCRIPT}`]
      : ['sh', '-c', BUILD_ROOT_SCRIPT]),
    'sh',
    lower,
    entry.mergedDir,
    entry.optionsFile,
    ...numbers,
    entry.networkReadyFile ?? '',
    ...FIRST_PROCESS,
    ...command,
  ];
  const unshared = [
    'unshare',
    '--user',
    entry.hasIdRange ? '--keep-caps' : '--map-root-user',
    '--mount',
    ...(entry.networkReadyFile === undefined ? [] : ['--net']),
    '--propagation',
    'private',
    '--',
    ...inside,
  ];
  const dropped =
    entry.buildUserId === undefined ? unshared : [...dropTo(entry.buildUserId), ...unshared];
  return {
    command: '/bin/sh',
    args: ['-c', JOIN_GROUPS_SCRIPT, 'sh', entry.joinFiles.join(' '), ...dropped],
  };
}

/** The words that run a command as a build user with no rights left to gain. */
export function dropTo(userId: number): string[] {
  return [
    ...[
      'setpriv',
      `--reuid=${userId}`,
      `--regid=${userId}`,
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
      '--no-new-privs',
    ],
    ...['--pdeathsig', 'KILL', '--'],
  ];
}
