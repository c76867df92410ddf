import { DRAFT_SUFFIX } from '../../pool/domain/draft-name.js';

/** Longest path that is looked at. */
const PATH_LENGTH_MAX = 2_048;
const SEGMENTS_MAX = 16;

/** What a client asks for: the names from the public folder down, and whether the path ended in a slash. */
export interface RequestPath {
  readonly segments: readonly string[];
  readonly isDirectory: boolean;
}

/**
 * The path of a request target, decoded once; undefined when it is malformed or could lead out of the public folder:
 * empty, dot and hidden names, separators inside names, control characters.
 */
export function parseRequestPath(target: string): RequestPath | undefined {
  const path = target.split(/[?#]/, 1)[0] ?? '';
  if (!path.startsWith('/') || path.length > PATH_LENGTH_MAX) return undefined;
  const isDirectory = path.endsWith('/');
  const encoded = path === '/' ? [] : path.slice(1, isDirectory ? -1 : undefined).split('/');
  if (encoded.length > SEGMENTS_MAX) return undefined;
  const segments: string[] = [];
  for (const text of encoded) {
    const segment = decodeSegment(text);
    if (segment === undefined || !isServableName(segment)) return undefined;
    segments.push(segment);
  }
  return { segments, isDirectory };
}

/** Whether a name in the public folder may be seen from outside. */
export function isServableName(name: string): boolean {
  return (
    name !== '' &&
    !name.startsWith('.') &&
    !name.endsWith(DRAFT_SUFFIX) &&
    !/[/\\\u0000-\u001f\u007f]/.test(name)
  );
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
