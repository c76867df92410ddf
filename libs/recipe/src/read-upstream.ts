import { FieldReader, shorten } from './field-reader.js';
import { LINE_LENGTH_MAX, STRIP_DIRS_MAX } from './recipe-limits.js';
import {
  isFileName,
  isGitRef,
  isHash,
  isInnerPath,
  isUpstreamUrl,
  lastUrlSegment,
} from './recipe-names.js';
import { type GitUpstream, type PlainUpstream, type Upstream } from './recipe.js';
import { type SourcePosition } from './recipe-error.js';
import { type YamlNode } from './yaml-tree.js';

const GIT_PREFIX = 'git|';
/** The keys of a plain upstream. */
export const PLAIN_KEYS: ReadonlySet<string> = new Set([
  'hash',
  'rename',
  'stripdirs',
  'unpack',
  'unpackdir',
]);
/** The keys of a git upstream. */
export const GIT_KEYS: ReadonlySet<string> = new Set(['ref', 'clonedir']);

/** Reads one item of `upstreams`: URL → hash or properties, `git|URL` → ref or properties. */
export function readUpstream(fields: FieldReader, node: YamlNode, path: string): Upstream | null {
  const entry = fields.singleEntry(node, 'upstreams');
  if (entry === undefined) return null;
  const { key, value } = entry;
  const kind = key.text.startsWith(GIT_PREFIX) ? 'git' : 'plain';
  const url = kind === 'git' ? key.text.slice(GIT_PREFIX.length) : key.text;
  if (!isUpstreamUrl(url, kind)) {
    const message = `'${shorten(url)}' is not a URL that a ${kind} upstream can have`;
    fields.reading.fail('recipe.bad-url', message, key.at);
  }
  if (value.kind !== 'map') return readShort(fields, { kind, url, value, at: key.at });
  const properties = new FieldReader(fields.reading, value, path);
  if (kind === 'git') properties.noteUnknown(GIT_KEYS, 'git-upstream');
  else properties.noteUnknown(PLAIN_KEYS, 'plain-upstream');
  return kind === 'git' ? readGit(properties, url) : readPlain(properties, url, key.at);
}

interface ShortForm {
  readonly kind: 'plain' | 'git';
  readonly url: string;
  readonly value: YamlNode;
  readonly at: SourcePosition;
}

function readShort(fields: FieldReader, { kind, url, value, at }: ShortForm): Upstream | null {
  const what = kind === 'git' ? 'ref' : 'hash';
  const text = fields.textOf(value, what, LINE_LENGTH_MAX);
  if (text === undefined) return null;
  if (kind === 'git') {
    checkRef(fields, text, value.at);
    checkDefaultName(fields, url, at);
    return { kind, url, ref: text, cloneDir: null };
  }
  checkHash(fields, text, value.at);
  checkDefaultName(fields, url, at);
  return { kind, url, hash: text, rename: null, stripDirs: null, unpack: true, unpackDir: null };
}

function readPlain(properties: FieldReader, url: string, at: SourcePosition): PlainUpstream | null {
  if (properties.keys.includes('ref') && !properties.keys.includes('hash')) {
    mismatch(properties, `the plain upstream has a 'ref'; a git upstream begins with git|`);
    return null;
  }
  const hash = properties.requiredText('hash', LINE_LENGTH_MAX);
  if (hash !== undefined) checkHash(properties, hash.text, hash.at);
  const rename = properties.text('rename', LINE_LENGTH_MAX);
  if (rename === null) checkDefaultName(properties, url, at);
  else if (!isFileName(rename)) badPath(properties, 'rename', 'must be a plain file name');
  const upstream: PlainUpstream = {
    kind: 'plain',
    url,
    hash: hash?.text ?? '',
    rename,
    stripDirs: properties.wholeNumber('stripdirs', STRIP_DIRS_MAX),
    unpack: properties.switch('unpack', true),
    unpackDir: readInnerPath(properties, 'unpackdir'),
  };
  return upstream;
}

function readGit(properties: FieldReader, url: string): GitUpstream | null {
  if (properties.keys.includes('hash') && !properties.keys.includes('ref')) {
    mismatch(properties, `the git upstream has a 'hash'; it needs a 'ref'`);
    return null;
  }
  const ref = properties.requiredText('ref', LINE_LENGTH_MAX);
  if (ref !== undefined) checkRef(properties, ref.text, ref.at);
  const cloneDir = readInnerPath(properties, 'clonedir');
  if (cloneDir === null) checkDefaultName(properties, url, properties.map.at);
  return { kind: 'git', url, ref: ref?.text ?? '', cloneDir };
}

function mismatch(properties: FieldReader, message: string): void {
  properties.reading.fail('recipe.upstream-mismatch', message, properties.map.at);
}

function badPath(properties: FieldReader, key: string, rule: string): void {
  const at = properties.node(key)?.at ?? properties.map.at;
  properties.reading.fail('recipe.bad-path', `'${key}' ${rule}`, at);
}

function readInnerPath(properties: FieldReader, key: string): string | null {
  const path = properties.text(key, LINE_LENGTH_MAX);
  if (path !== null && !isInnerPath(path)) {
    badPath(properties, key, 'must be a relative path that stays in the build directory');
  }
  return path;
}

function checkHash(fields: FieldReader, hash: string, at: SourcePosition): void {
  if (isHash(hash)) return;
  const message = `the hash '${shorten(hash)}' is too short or holds a refused character`;
  fields.reading.fail('recipe.bad-hash', message, at);
}

function checkRef(fields: FieldReader, ref: string, at: SourcePosition): void {
  if (isGitRef(ref)) return;
  fields.reading.fail('recipe.bad-git-ref', `'${shorten(ref)}' is not a valid git ref`, at);
}

/** The file or directory is named after the URL, so its last segment must be a name. */
function checkDefaultName(fields: FieldReader, url: string, at: SourcePosition): void {
  if (isFileName(lastUrlSegment(url))) return;
  const message = `the URL does not end in a file name and no other name is given`;
  fields.reading.fail('recipe.bad-path', message, at);
}
