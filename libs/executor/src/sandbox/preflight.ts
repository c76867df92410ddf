import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '@cairn/exec';
import { type PreflightFinding, type PreflightReport } from '../executor.js';
import { readSystemFile } from './host-facts.js';

const PROBE_TIMEOUT_MS = 15_000;
const PROBE_OUTPUT_BYTES = 16_384;

const TOOLS: readonly { readonly file: string; readonly debian: string }[] = [
  { file: '/usr/bin/bwrap', debian: 'bubblewrap' },
  { file: '/usr/bin/unshare', debian: 'util-linux' },
  { file: '/usr/bin/setpriv', debian: 'util-linux' },
  { file: '/usr/bin/prlimit', debian: 'util-linux' },
  { file: '/usr/bin/bash', debian: 'bash' },
  { file: '/usr/bin/tar', debian: 'tar' },
];

const WANTED_TOOLS: readonly {
  readonly file: string;
  readonly debian: string;
  readonly use: string;
}[] = [
  { file: '/usr/bin/gcc', debian: 'gcc', use: 'C recipes' },
  { file: '/usr/bin/make', debian: 'make', use: 'most recipes' },
  { file: '/usr/bin/pkg-config', debian: 'pkg-config', use: 'recipes that link libraries' },
  { file: '/usr/bin/strip', debian: 'binutils', use: 'small packages and debug packages' },
  { file: '/usr/bin/dash', debian: 'dash', use: 'configure scripts' },
  {
    file: '/usr/bin/autoconf',
    debian: 'autoconf automake libtool gettext',
    use: 'configure scripts',
  },
];

/** Tries the very steps a build takes, and says in words what keeps them from working. */
export async function sandboxPreflight(buildUserId: number | undefined): Promise<PreflightReport> {
  const missing = TOOLS.filter(({ file }) => !existsSync(file));
  const problems: PreflightFinding[] = missing.map(({ file, debian }) => ({
    code: 'sandbox.tool-missing',
    message: `${path.basename(file)} is missing. Install it, on Debian and Ubuntu with: apt-get install ${debian}`,
  }));
  if (missing.length === 0) problems.push(...(await tryNamespaces(buildUserId)));
  const warnings = WANTED_TOOLS.filter(({ file }) => !existsSync(file)).map(
    ({ file, debian, use }) => ({
      code: 'sandbox.toolchain-incomplete',
      message: `${path.basename(file)} is missing; ${use} need it. On Debian and Ubuntu: apt-get install ${debian}`,
    }),
  );
  return { ready: problems.length === 0, problems, warnings };
}

async function tryNamespaces(buildUserId: number | undefined): Promise<PreflightFinding[]> {
  const lower = await mkdtemp(path.join(tmpdir(), 'cairn-preflight-'));
  try {
    const namespaces = await probe(buildUserId, ['true']);
    if (namespaces !== undefined)
      return [{ code: 'sandbox.namespaces-restricted', message: namespaceAdvice(namespaces) }];
    const overlay = await probe(buildUserId, [
      'sh',
      '-c',
      'mount -t tmpfs none /mnt && mkdir /mnt/a /mnt/b && mount -t overlay -o ro,lowerdir=/mnt/a:/usr overlay /mnt/b',
    ]);
    if (overlay !== undefined) {
      return [
        {
          code: 'sandbox.overlay-refused',
          message: `The kernel refuses an overlay in a user namespace (Linux 5.11 or newer is needed): ${overlay}`,
        },
      ];
    }
    const isolated = [
      'bwrap',
      '--unshare-all',
      '--unshare-user',
      '--disable-userns',
      '--die-with-parent',
      '--ro-bind',
      '/',
      '/',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      'true',
    ];
    const bubblewrap = await probe(buildUserId, isolated);
    return bubblewrap === undefined
      ? []
      : [
          {
            code: 'sandbox.bubblewrap-refused',
            message: `bubblewrap (0.8 or newer) does not work inside a user namespace: ${bubblewrap}`,
          },
        ];
  } finally {
    await rm(lower, { recursive: true, force: true });
  }
}

/** Runs a command in fresh user and mount namespaces; returns what it complained about, or undefined. */
async function probe(
  buildUserId: number | undefined,
  command: readonly string[],
): Promise<string | undefined> {
  const drop =
    buildUserId === undefined
      ? []
      : ['setpriv', `--reuid=${buildUserId}`, `--regid=${buildUserId}`, '--clear-groups', '--'];
  const [program = 'true', ...args] = [
    ...drop,
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--',
    ...command,
  ];
  const outcome = await run({
    command: program,
    args,
    cwd: '/',
    timeoutMs: PROBE_TIMEOUT_MS,
    outputBytesMax: PROBE_OUTPUT_BYTES,
  });
  if (!outcome.ok) return outcome.error.message;
  return outcome.value.exitCode === 0 ? undefined : outcome.value.stderr.toString('utf8').trim();
}

function namespaceAdvice(complaint: string): string {
  const switches: readonly (readonly [string, string, string])[] = [
    [
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      '1',
      'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    [
      '/proc/sys/kernel/unprivileged_userns_clone',
      '0',
      'sysctl -w kernel.unprivileged_userns_clone=1',
    ],
    ['/proc/sys/user/max_user_namespaces', '0', 'sysctl -w user.max_user_namespaces=15000'],
  ];
  const cure = switches.find(([file, off]) => readSystemFile(file)?.trim() === off)?.[2];
  const advice =
    cure === undefined
      ? 'In a container, allow the calls unshare, clone and mount (for Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined).'
      : `Allow them as root with: ${cure}`;
  return `This machine does not allow unprivileged user namespaces, which every build runs in. ${advice} (${complaint})`;
}
