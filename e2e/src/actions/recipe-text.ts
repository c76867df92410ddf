/** What a test wants to say in a recipe; all else is as ordinary as can be. */
export interface RecipeFields {
  readonly name: string;
  readonly version?: string;
  readonly release?: number;
  readonly builddeps?: readonly string[];
  readonly rundeps?: readonly string[];
  /** Lines of the install phase, run before the ordinary file is installed. */
  readonly install?: readonly string[];
}

/** Lines that install a program of this name, which others can depend on as `binary(name)`. */
export function installProgram(name: string): readonly string[] {
  return [
    'mkdir -p %(installroot)%(bindir)',
    `printf '#!/bin/sh\\necho ${name}\\n' > %(installroot)%(bindir)/${name}`,
    `chmod 755 %(installroot)%(bindir)/${name}`,
  ];
}

/** The text of a recipe that needs no compiler and no upstream: one small file of data. */
export function recipeText(fields: RecipeFields): string {
  const { name, version = '1.0', release = 1, install = [] } = fields;
  const list = (key: string, items: readonly string[] = []) =>
    items.length === 0 ? [] : [`${key}:`, ...items.map((item) => `  - ${item}`)];
  const script = [
    'set -e',
    ...install,
    `mkdir -p %(installroot)%(datadir)/${name}`,
    `echo ${name} ${version}-${release} > %(installroot)%(datadir)/${name}/text`,
  ];
  return [
    `name: ${name}`,
    `version: '${version}'`,
    `release: ${release}`,
    `homepage: https://example.org/${name}`,
    `summary: The package ${name} of a test`,
    'description: |',
    '  Made by a test.',
    'license: MPL-2.0',
    ...list('builddeps', fields.builddeps),
    ...list('rundeps', fields.rundeps),
    'install: |',
    ...script.map((line) => `  ${line}`),
    '',
  ].join('\n');
}
