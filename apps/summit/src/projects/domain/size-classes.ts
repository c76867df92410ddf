import { type ProjectDocument, type SizeClass } from '@cairn/contracts';

/** The class of a builder or a recipe of which no project document speaks. */
export const UNLISTED_SIZE_CLASS: SizeClass = 'small';

/** The size class of every builder that the project documents name, by builder id. */
export function sizesOfBuilders(
  documents: Iterable<ProjectDocument>,
): ReadonlyMap<string, SizeClass> {
  return new Map([...documents].flatMap((document) => Object.entries(document.builders.sizes)));
}
