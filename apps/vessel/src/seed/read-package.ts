import { architectureSchema, packageVersionSchema, sourceNameSchema } from '@cairn/contracts';
import type { Codec, StoneError, StonePackage } from '@cairn/stone';
import { verifyStone } from '@cairn/stone-files';
import { newPackage, type NewPackage } from '../pool/domain/new-package.js';
import { recordedFiles } from '../pool/domain/package-file.js';

/** Checks a package file, whose hash is known, like an artefact of a builder. A text says why it cannot be published. */
export async function readPackage(
  path: string,
  sha256: string,
  codec: Codec,
): Promise<NewPackage | string> {
  const verified = await verifyStone(path, { mode: 'strict' });
  if (!verified.ok) return sentenceOf(verified.error);
  const { fileType, layout, sizeBytes, packages } = verified.value;
  const [description] = packages;
  if (fileType !== 'binary' || description === undefined) return 'It is no package.';
  const fault = unusable(description);
  if (fault !== undefined) return fault;
  const item = newPackage({ description, sha256, sizeBytes, files: recordedFiles(layout) }, codec);
  return item.ok ? item.value : sentenceOf(item.error);
}

function sentenceOf({ code, message }: StoneError): string {
  return `${code}: ${message}`;
}

/** Why a package could not be published even though its file is good. */
function unusable(description: StonePackage): string | undefined {
  const { name, sourceId, version, architecture } = description;
  if (!sourceNameSchema.safeParse(name).success) return 'Its name may not become a file name.';
  if (!sourceNameSchema.safeParse(sourceId).success) return 'Its source may not become a folder.';
  if (!packageVersionSchema.safeParse(version).success)
    return 'Its version may not become a file name.';
  return architectureSchema.safeParse(architecture).success
    ? undefined
    : `There is no architecture ${architecture}.`;
}
