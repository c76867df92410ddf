import { lstatSync, readFileSync, readlinkSync, existsSync } from 'node:fs';

/** A top-level directory of the host that is a link into `/usr`, or a directory of its own. */
export interface TopLevelPath {
  readonly path: string;
  /** Text of the link; undefined for a real directory. */
  readonly linkTarget: string | undefined;
}

/** `/bin`, `/lib` … as the host has them. */
export function topLevelPaths(): TopLevelPath[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return [{ path, linkTarget: found.isSymbolicLink() ? readlinkSync(path) : undefined }];
  });
}

// Settings that tools in /usr need. Nothing here is secret, and nothing else of /etc is seen inside.
const SHARED_SETTINGS = [
  '/etc/alternatives',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/fonts',
  '/etc/perl',
  '/etc/python3',
  '/etc/sgml',
  '/etc/xml',
  '/etc/texmf',
  '/etc/localtime',
];

// The certificates that https is checked with.
const NETWORK_SETTINGS = [
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/services',
  '/etc/protocols',
];

/** The parts of `/etc` that exist here and are shown inside. */
export function sharedSettings(options: { readonly network: boolean }): string[] {
  const wanted = options.network ? [...SHARED_SETTINGS, ...NETWORK_SETTINGS] : SHARED_SETTINGS;
  return wanted.filter((path) => existsSync(path));
}

/** Text of a small file of the system, or undefined. */
export function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
