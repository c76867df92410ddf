import {
  GIT_REF_LENGTH_MAX,
  NAME_LENGTH_MAX,
  URL_LENGTH_MAX,
  VERSION_LENGTH_MAX,
} from './recipe-limits.js';

const PACKAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]*$/;
const VERSION = /^[0-9][A-Za-z0-9+._-]*$/;
const HASH = /^[A-Za-z0-9]+$/;
const HASH_LENGTH_MIN = 5;
const HASH_LENGTH_MAX = 128;
const GIT_REF = /^[A-Za-z0-9_][A-Za-z0-9_.+@/-]*$/;

/** Names become file names, URL segments and git paths. */
export function isPackageName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && PACKAGE_NAME.test(text);
}

/** A version begins with a digit and holds what package names may hold: it becomes part of file names and URLs. */
export function isVersion(text: string): boolean {
  return text.length <= VERSION_LENGTH_MAX && VERSION.test(text);
}

/** Enough of a hash to be compared as text; whether it is a SHA-256 is for the lint to say. */
export function isHash(text: string): boolean {
  return text.length >= HASH_LENGTH_MIN && text.length <= HASH_LENGTH_MAX && HASH.test(text);
}

/** A ref that git takes and that can never be read as an option or a range. */
export function isGitRef(text: string): boolean {
  return (
    text.length <= GIT_REF_LENGTH_MAX &&
    GIT_REF.test(text) &&
    !/\.\.|@\{|\/\/|\/\.|[./]$|\.lock(?:\/|$)/.test(text)
  );
}

/** One component of a path: no separators, not a dot name. */
export function isFileName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && isCleanLine(text) && !text.includes('/');
}

/** A relative path that stays below where it starts. */
export function isInnerPath(text: string): boolean {
  if (text === '' || text.startsWith('/') || !isCleanLine(text)) return false;
  let depth = 0;
  for (const component of text.split('/')) {
    if (component === '..') depth -= 1;
    else if (component !== '' && component !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

/** One line without control characters. */
export function isCleanLine(text: string): boolean {
  return !/\p{Cc}|[\u2028\u2029]/u.test(text);
}

const PLAIN_SCHEMES: ReadonlySet<string> = new Set(['https:', 'http:', 'file:']);
const GIT_SCHEMES: ReadonlySet<string> = new Set(['https:', 'http:', 'git:', 'ssh:', 'file:']);

/** Whether a text is a URL of a scheme that upstreams of this kind may have. Says nothing about who may fetch it. */
export function isUpstreamUrl(text: string, kind: 'plain' | 'git'): boolean {
  if (text.length > URL_LENGTH_MAX || !isCleanLine(text) || /[\s\\]/.test(text)) return false;
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  const schemes = kind === 'plain' ? PLAIN_SCHEMES : GIT_SCHEMES;
  return schemes.has(protocol) && (hostname !== '' || (protocol === 'file:' && pathname !== ''));
}

/** The last segment of a URL's path, decoded by nobody: what an upstream's file or directory is called by default. */
export function lastUrlSegment(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}
