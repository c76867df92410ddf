import { stoneError, type Place, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]*$/;
const HASH = /^[0-9a-f]{64}$/;
const NAME_LENGTH_MAX = 255;
const URI_LENGTH_MAX = 4_096;
const UP = '../';
const FILE_NAME_FIELDS = ['name', 'version', 'architecture', 'sourceId'] as const;

/** Whether a text may become part of a file name and a URL. */
export function isSafeName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && SAFE_NAME.test(text);
}

/** Whether a text is a SHA-256 in 64 lower-case hexadecimal digits. */
export function isPackageHash(text: string): boolean {
  return HASH.test(text);
}

/** Whether a text is a relative path: `../` at the front only, then plain components. */
export function isPackageUri(text: string): boolean {
  if (text.length > URI_LENGTH_MAX) return false;
  let path = text;
  while (path.startsWith(UP)) path = path.slice(UP.length);
  return path.split('/').every((part) => isPlainComponent(part));
}

/** The first of name, version, architecture and source id that may not become a file name. */
export function checkPackageNames(
  stonePackage: StonePackage,
  place: Place,
): StoneError | undefined {
  for (const field of FILE_NAME_FIELDS) {
    const text = stonePackage[field];
    if (isSafeName(text)) continue;
    return stoneError('stone.meta-syntax', place, { found: `${field} ${JSON.stringify(text)}` });
  }
  return undefined;
}

/** The file name of a package: `name-version-release-buildrelease-arch.stone`. */
export function packageFileName(stonePackage: StonePackage): string {
  const { name, version, sourceRelease, buildRelease, architecture } = stonePackage;
  return `${name}-${version}-${sourceRelease}-${buildRelease}-${architecture}.stone`;
}

/** The path of a package below its channel: `pool/v0/<portion>/<source id>/<file name>`. */
export function poolPath(stonePackage: StonePackage): string {
  const sourceId = stonePackage.sourceId.toLowerCase();
  const isLibrary = sourceId.startsWith('lib') && sourceId.length > 4;
  const portion = sourceId.slice(0, isLibrary ? 4 : 1);
  return `pool/v0/${portion}/${sourceId}/${packageFileName(stonePackage)}`;
}

function isPlainComponent(part: string): boolean {
  // Whoever resolves a URL takes an escaped dot for a dot.
  const dots = part.replace(/%2e/gi, '.');
  return dots !== '' && dots !== '.' && dots !== '..' && !/[\u0000-\u001f\u007f\\:?#]/.test(part);
}
