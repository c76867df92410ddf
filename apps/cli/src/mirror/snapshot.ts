import { openDocument, openRootSignature, readSignedDocument, type SigningKey } from '@cairn/auth';
import {
  MANIFEST_NAME,
  MANIFEST_SIGNATURE_NAME,
  MANIFEST_TYPE,
  ROOT_INDEX_NAME,
  ROOT_SIGNATURE_NAME,
  rootIndexSchema,
  versionManifestSchema,
  type RootIndex,
  type RootStatement,
  type VersionManifest,
} from '@cairn/contracts';
import { jsonOf } from '@cairn/std';
import { sha256OfBytes } from '@cairn/stone-files';
import { setTimeout as pause } from 'node:timers/promises';
import { DOCUMENT_SIZE_BYTES_MAX, type RepositoryReader } from './repository-reader.js';

/** What is wrong with a repository. */
export interface Problem {
  readonly code:
    | 'document-missing'
    | 'document-invalid'
    | 'signature-missing'
    | 'signature-invalid'
    | 'expired'
    | 'other-channel'
    | 'rolled-back'
    | 'index-mismatch'
    | 'package-missing'
    | 'package-mismatch';
  readonly path: string;
  readonly message: string;
}

/** What is believed. */
export interface Trust {
  /** None means that signatures are not checked. */
  readonly keys: readonly SigningKey[];
  /** What signatures must be for, since one key may sign several channels; undefined for any. */
  readonly channel: string | undefined;
}

/** A root index as it was served, and the statement that covers it. */
export interface RootSnapshot {
  readonly bytes: Uint8Array;
  readonly index: RootIndex;
  readonly signature: Uint8Array | undefined;
  /** Undefined when nobody was to be trusted, or the statement is not good; then there is a problem. */
  readonly statement: RootStatement | undefined;
  readonly problems: readonly Problem[];
}

const PAIR_TRIES_MAX = 4;
/** Root index and signature are two files, and a mirror that is far behind replaces them one after the other. */
const PAIR_PAUSE_MS = 500;

/** Reads root index and signature; asks again after a pause when they do not fit. */
export async function readRoot(
  reader: RepositoryReader,
  trust: Trust,
): Promise<RootSnapshot | Problem> {
  for (let tries = 1; ; tries += 1) {
    const bytes = await reader.bytes(ROOT_INDEX_NAME, DOCUMENT_SIZE_BYTES_MAX);
    if (bytes === undefined) return problem('document-missing', ROOT_INDEX_NAME, 'There is none.');
    const index = rootIndexSchema.safeParse(jsonOf(bytes));
    if (!index.success) {
      return problem('document-invalid', ROOT_INDEX_NAME, 'It is no root index.');
    }
    const signature = await reader.bytes(ROOT_SIGNATURE_NAME, DOCUMENT_SIZE_BYTES_MAX);
    const covered = coveringStatement(bytes, signature, trust);
    const snapshot = { bytes, index: index.data, signature };
    if (!('code' in covered)) return { ...snapshot, statement: covered, problems: [] };
    if (trust.keys.length === 0) return { ...snapshot, statement: undefined, problems: [] };
    if (tries === PAIR_TRIES_MAX) return { ...snapshot, statement: undefined, problems: [covered] };
    await pause(PAIR_PAUSE_MS);
  }
}

function coveringStatement(
  root: Uint8Array,
  signature: Uint8Array | undefined,
  trust: Trust,
): RootStatement | Problem {
  if (signature === undefined) {
    return problem('signature-missing', ROOT_SIGNATURE_NAME, 'The root index is not signed.');
  }
  const sha256 = sha256OfBytes(root);
  const covering = openRootSignature(signature, trust.keys).find(
    ({ statement }) => statement.root.sha256 === sha256,
  );
  if (covering !== undefined) {
    const { statement } = covering;
    return otherChannel(statement, trust, ROOT_SIGNATURE_NAME) ?? statement;
  }
  const message = 'No statement by a trusted key covers this root index.';
  return problem('signature-invalid', ROOT_SIGNATURE_NAME, message);
}

/** A version's manifest as it was served. */
export interface ManifestSnapshot {
  readonly manifest: VersionManifest;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array | undefined;
}

/** Reads the manifest of a version and, where somebody is trusted, checks its signature. */
export async function readManifest(
  reader: RepositoryReader,
  history: string,
  trust: Trust,
): Promise<ManifestSnapshot | Problem> {
  const path = `history/${history}/${MANIFEST_NAME}`;
  const bytes = await reader.bytes(path, DOCUMENT_SIZE_BYTES_MAX);
  if (bytes === undefined) return problem('document-missing', path, 'There is no manifest.');
  const signaturePath = `history/${history}/${MANIFEST_SIGNATURE_NAME}`;
  const signature = await reader.bytes(signaturePath, DOCUMENT_SIZE_BYTES_MAX);
  if (trust.keys.length > 0) {
    if (signature === undefined) {
      return problem('signature-missing', signaturePath, 'The manifest is not signed.');
    }
    const document = readSignedDocument(signature);
    const opened = document && openDocument(document, MANIFEST_TYPE, trust.keys);
    if (opened?.ok !== true || !Buffer.from(opened.value).equals(bytes)) {
      return problem('signature-invalid', signaturePath, 'No trusted key signed this manifest.');
    }
  }
  const manifest = versionManifestSchema.safeParse(jsonOf(bytes));
  if (!manifest.success || manifest.data.history !== history) {
    return problem('document-invalid', path, 'It is no manifest of this version.');
  }
  return otherChannel(manifest.data, trust, path) ?? { manifest: manifest.data, bytes, signature };
}

function otherChannel(
  { channel }: { readonly channel: string },
  trust: Trust,
  path: string,
): Problem | undefined {
  if (trust.keys.length === 0 || channel === (trust.channel ?? channel)) return undefined;
  return problem('other-channel', path, `It is for channel ${channel}, not for ${trust.channel}.`);
}

export function problem(code: Problem['code'], path: string, message: string): Problem {
  return { code, path, message };
}
