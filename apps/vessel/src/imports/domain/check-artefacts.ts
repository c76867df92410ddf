import {
  COLLECTABLES_SIZE_BYTES_MAX,
  importedPackageSchema,
  MESSAGE_SIZE_BYTES_MAX,
  packageVersionSchema,
  type Collectable,
  type ErrorCode,
  type ImportedPackage,
} from '@cairn/contracts';
import { err, KIB, ok, type Result } from '@cairn/std';
import { formatDependency, packageFileName, type StonePackage } from '@cairn/stone';
import type { PackageFile } from '../../pool/domain/package-file.js';
import type { ExpectedBuild } from './import-order.js';

/** Why artefacts are not taken. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A package file and what it says of itself. */
export interface ReadArtefact {
  readonly collectable: Collectable;
  readonly description: StonePackage;
  /** What it installs. */
  readonly files: readonly PackageFile[];
  /** Of its path list. */
  readonly pathsSha256: string;
}

/** Room that the rest of an announcement takes beside the packages. */
const ENVELOPE_SIZE_BYTES = 16 * KIB;

/** Checks what must be true before the first byte is asked for. */
export function checkCollectables(collectables: readonly Collectable[]): Result<void, Refusal> {
  if (!collectables.some(({ kind }) => kind === 'package')) {
    return refuse('artefacts.missing-package', 'The build handed over no package.');
  }
  const names = new Set<string>();
  const sizes = new Map<string, number>();
  for (const { name, sha256, sizeBytes } of collectables) {
    if (names.has(name))
      return refuse('artefacts.metadata-mismatch', `Two artefacts are named ${name}.`);
    names.add(name);
    if ((sizes.get(sha256) ?? sizeBytes) !== sizeBytes) {
      return refuse('artefacts.size-mismatch', `${name} has the bytes of a file of another size.`);
    }
    sizes.set(sha256, sizeBytes);
  }
  const sizeBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (sizeBytes > COLLECTABLES_SIZE_BYTES_MAX) {
    return refuse('artefacts.too-large', `The artefacts come to ${sizeBytes} bytes.`);
  }
  return ok(undefined);
}

/** Compares what the packages say of themselves with the order: name, path and releases come from checked metadata only. */
export function checkArtefacts(
  expected: ExpectedBuild,
  artefacts: readonly ReadArtefact[],
): Result<readonly ImportedPackage[], Refusal> {
  const packages: ImportedPackage[] = [];
  const names = new Set<string>();
  for (const artefact of artefacts) {
    const difference = differenceFrom(expected, artefact);
    if (difference !== undefined) return refuse('artefacts.metadata-mismatch', difference);
    const { name } = artefact.description;
    if (names.has(name))
      return refuse('artefacts.metadata-mismatch', `Two packages are named ${name}.`);
    names.add(name);
    const imported = importedPackageSchema.safeParse(importedPackage(artefact));
    if (!imported.success) {
      const issue = imported.error.issues[0];
      const problem = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`;
      return refuse(
        'stone.invalid',
        `${artefact.collectable.name} cannot be described: ${problem}.`,
      );
    }
    packages.push(imported.data);
  }
  const sizeBytes = new TextEncoder().encode(JSON.stringify(packages)).byteLength;
  if (sizeBytes > MESSAGE_SIZE_BYTES_MAX - ENVELOPE_SIZE_BYTES) {
    return refuse(
      'artefacts.description-too-large',
      `The capabilities of these packages come to ${sizeBytes} bytes.`,
    );
  }
  return ok(packages);
}

function differenceFrom(
  expected: ExpectedBuild,
  { collectable, description }: ReadArtefact,
): string | undefined {
  const facts = [
    ['source', expected.source, description.sourceId],
    ['version', expected.version, description.version],
    ['source release', expected.sourceRelease, description.sourceRelease],
    ['build release', expected.buildRelease, description.buildRelease],
    ['architecture', expected.architecture, description.architecture],
    ['file name', packageFileName(description), collectable.name],
  ] as const;
  const wrong = facts.find(([, ordered, found]) => ordered !== found);
  if (wrong !== undefined) {
    const [what, ordered, found] = wrong;
    return `${collectable.name}: the ${what} should be ${ordered} and is ${found}.`;
  }
  return packageVersionSchema.safeParse(description.version).success
    ? undefined
    : `${collectable.name}: the version may not become a file name.`;
}

function importedPackage({ collectable, description, pathsSha256 }: ReadArtefact): ImportedPackage {
  return {
    name: description.name,
    sha256: collectable.sha256,
    sizeBytes: collectable.sizeBytes,
    provides: description.provides.map(formatDependency),
    depends: description.depends.map(formatDependency),
    pathsSha256,
  };
}

function refuse(code: ErrorCode, message: string): Result<never, Refusal> {
  return err({ code, message: message.slice(0, MESSAGE_LENGTH_MAX) });
}

const MESSAGE_LENGTH_MAX = 1_900;
