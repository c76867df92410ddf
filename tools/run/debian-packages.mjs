import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, runQuietly } from './process.mjs';
import { ExpectedFailure, say, secondsSince } from './report.mjs';

const INSTALL_TIMEOUT_MS = 15 * 60_000;
/** The program by which a package is known to be there. */
const PROGRAMS = {
  postgresql: 'initdb',
  'redis-server': 'redis-server',
  'nats-server': 'nats-server',
  bubblewrap: 'bwrap',
  slirp4netns: 'slirp4netns',
  git: 'git',
  gcc: 'gcc',
  'g++': 'g++',
  make: 'make',
  'pkg-config': 'pkg-config',
  autoconf: 'autoconf',
  automake: 'automake',
  libtool: 'libtoolize',
  gettext: 'msgfmt',
  bison: 'bison',
  flex: 'flex',
  m4: 'm4',
  patch: 'patch',
  'xz-utils': 'xz',
  bzip2: 'bzip2',
  zstd: 'zstd',
  unzip: 'unzip',
};
/** What only tests need: a browser, and certificates for a broker with TLS. */
const PROGRAMS_FOR_TESTS = { chromium: 'chromium', openssl: 'openssl' };
/** What real recipes want of the machine they are built on, beside a C toolchain. None of it is needed by Cairn itself. */
const FOR_RECIPES = [
  'autopoint',
  'cmake',
  'ninja-build',
  'meson',
  'file',
  'xxd',
  'perl',
  'python3-setuptools',
  'python3-packaging',
  'python3-build',
  'python3-installer',
  'python3-wheel',
  'libfftw3-dev',
  'libogg-dev',
  'libsystemd-dev',
];
const DPKG_LISTS = '/var/lib/dpkg/info';
/** Servers that may run elsewhere instead; tests always start their own. */
const ELSEWHERE = {
  postgresql: 'CAIRN_DATABASE_SUPERUSER_URL',
  'redis-server': 'CAIRN_REDIS_URL',
  'nats-server': 'CAIRN_NATS_URL',
};
const DEBIAN_POSTGRES = '/usr/lib/postgresql';
// Exit code 101 forbids the packages to start the services that they bring: we start our own, on our own ports.
const INSTALL_SCRIPT = `
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$@" || { apt-get update && apt-get install -y --no-install-recommends "$@"; }`;

/**
 * Installs the Debian packages that are missing; without the right to, fails with the one line that would. What only
 * recipes want is installed on the way, and never keeps anything from starting.
 */
export async function ensureDebianPackages({ forTests }) {
  const needed = missingPackages({ forTests });
  const missing = [...needed, ...missingForRecipes()];
  if (missing.length === 0) return;
  const line = `sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const becomeRoot = waysToRoot();
  if (becomeRoot === undefined || !isProgram('apt-get')) {
    if (needed.length === 0) return say(`Some recipes may want more of this machine: ${line}`);
    throw new ExpectedFailure(
      `Cairn needs some Debian packages. Run this, then try again:\n${line}`,
    );
  }
  const startedAt = performance.now();
  say(`Installing Debian packages: ${missing.join(' ')} …`);
  const [command, ...args] = [...becomeRoot, 'sh', '-ec', INSTALL_SCRIPT, 'sh', ...missing];
  const { exitCode, output } = await runQuietly(command, args, { timeoutMs: INSTALL_TIMEOUT_MS });
  const stillNeeded = missingPackages({ forTests });
  if (stillNeeded.length > 0 || (exitCode !== 0 && needed.length > 0)) {
    const tail = output.split('\n').slice(-20).join('\n');
    throw new ExpectedFailure(`${tail}\nThe packages could not be installed. Try: ${line}`);
  }
  if (exitCode === 0) say(`Debian packages installed (${secondsSince(startedAt)})`);
  else say(`Not all could be installed; some recipes may want them: ${line}`);
}

function missingPackages({ forTests }) {
  const wanted = Object.entries(forTests ? { ...PROGRAMS, ...PROGRAMS_FOR_TESTS } : PROGRAMS);
  return wanted
    .filter(([name]) => forTests || !process.env[ELSEWHERE[name] ?? ''])
    .filter(([name, program]) => !isProgram(program) && !(name === 'postgresql' && hasPostgres()))
    .map(([name]) => name);
}

/** On another distribution nobody knows their names; builds say themselves what they lack. */
function missingForRecipes() {
  if (!existsSync(DPKG_LISTS)) return [];
  const lists = readdirSync(DPKG_LISTS).filter((name) => name.endsWith('.list'));
  const installed = new Set(lists.map((name) => name.replace(/(?::[^:]*)?\.list$/, '')));
  return FOR_RECIPES.filter((name) => !installed.has(name));
}

/** Debian keeps Postgres' programs out of PATH. */
function hasPostgres() {
  if (!existsSync(DEBIAN_POSTGRES)) return false;
  const versions = readdirSync(DEBIAN_POSTGRES);
  return versions.some((version) => existsSync(join(DEBIAN_POSTGRES, version, 'bin/initdb')));
}

/** What to put before a command to run it as root, or undefined when we may not. */
function waysToRoot() {
  if (process.getuid?.() === 0) return [];
  if (!isProgram('sudo')) return undefined;
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
    return ['sudo', '-n'];
  } catch {
    return undefined;
  }
}

function isProgram(name) {
  return childEnvironment()
    .PATH.split(':')
    .some((dir) => {
      try {
        accessSync(join(dir, name), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
