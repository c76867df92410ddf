import { PROJECT_SENTENCES } from './project-sentences.ts';
import { importsOf, productFiles, readText, treeFiles } from '../tidy/source-tree.ts';

/** A library or an app, with what its product code really imports. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly kind: string;
  readonly description: string;
  readonly imports: readonly string[];
}

interface Manifest {
  readonly nx?: { readonly tags?: readonly string[] };
}

/** Layers from the top down: each may import what is below it. `kits` and `core` may also import their like. */
const LAYERS = [
  ['type:app', 'apps'],
  ['type:test-kit', 'test kit'],
  ['type:kit', 'kits'],
  ['type:contract', 'contracts'],
  ['type:core', 'core'],
] as const;

/** All libraries and apps, sorted by folder; kind from the Nx tags, imports from the sources. */
export function projects(): readonly Project[] {
  return treeFiles()
    .filter((file) => /^(libs|apps)\/[^/]+\/package\.json$/.test(file))
    .map((file) => {
      const folder = file.replace('/package.json', '');
      const manifest = JSON.parse(readText(file)) as Manifest;
      return {
        name: folder.split('/')[1] ?? '',
        folder,
        kind: manifest.nx?.tags?.find((tag) => tag.startsWith('type:')) ?? '',
        description: PROJECT_SENTENCES[folder] ?? '',
        imports: importsOfProject(folder),
      };
    });
}

function importsOfProject(folder: string): readonly string[] {
  // Tests start the stack with the test kit; its own sources count as product code here.
  const files =
    folder === 'libs/testing'
      ? treeFiles().filter((file) => /^libs\/testing\/src\/.*(?<!\.test)\.ts$/.test(file))
      : productFiles().filter((file) => file.startsWith(`${folder}/src/`));
  const names = files
    .flatMap((file) => importsOf(file))
    .flatMap((specifier) => /^@cairn\/([a-z-]+)/.exec(specifier)?.[1] ?? [])
    .filter((name) => name !== folder.split('/')[1]);
  return [...new Set(names)].sort();
}

/** Without the imports that follow from others, so that the picture stays readable. */
export function withoutImplied(all: readonly Project[]): ReadonlyMap<string, readonly string[]> {
  const direct = new Map(all.map(({ name, imports }) => [name, imports]));
  const reach = (name: string): Set<string> =>
    new Set((direct.get(name) ?? []).flatMap((next) => [next, ...reach(next)]));
  return new Map(
    all.map(({ name, imports }) => {
      const implied = new Set(imports.flatMap((other) => [...reach(other)]));
      return [name, imports.filter((other) => !implied.has(other))];
    }),
  );
}

/** The generated part of ARCHITECTURE.md: every project in one line, and who imports whom. */
export function projectsSection(): string {
  const all = projects();
  const reduced = withoutImplied(all);
  const layers = LAYERS.map(([kind, title]) => ({
    title,
    members: all.filter((project) => project.kind === kind),
  }));
  const rows = layers.flatMap(({ title, members }) =>
    members
      .map(
        ({ folder, description, imports }) =>
          `| \`${folder}\` | ${title} | ${description} | ${imports.length === 0 ? '–' : imports.join(', ')} |`,
      )
      .concat(members.length === 0 ? [`| – | ${title} | | |`] : []),
  );
  const boxes = layers.flatMap(({ title, members }) => [
    `  subgraph ${title.replace(' ', '-')}`,
    ...members.map(({ name }) => `    ${name}`),
    '  end',
  ]);
  const arrows = all.flatMap(({ name }) =>
    (reduced.get(name) ?? []).map((other) => `  ${name} --> ${other}`),
  );
  return [
    '| Folder | Layer | What it is | Imports |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    'Imports that follow from others are left out of the picture.',
    '',
    '```mermaid',
    'graph TD',
    ...boxes,
    ...arrows,
    '```',
  ].join('\n');
}
