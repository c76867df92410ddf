// A git repository of recipes that tests write to.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What matters of a recipe to summit. */
export interface RecipeFields {
  readonly name: string;
  readonly version?: string;
  readonly release?: number;
  readonly summary?: string;
  readonly builddeps?: readonly string[];
  readonly rundeps?: readonly string[];
}

/** The text of a well-formed recipe. */
export function recipeText(fields: RecipeFields): string {
  const { name, version = '1.0', release = 1, summary = 'A package for a test' } = fields;
  const list = (key: string, items: readonly string[] = []) =>
    items.length === 0 ? '' : `${key} :\n${items.map((item) => `    - ${item}\n`).join('')}`;
  return `name        : ${name}
version     : "${version}"
release     : ${release}
homepage    : https://example.org/${name}
summary     : ${JSON.stringify(summary)}
description : |
    Made by a test.
license     : MPL-2.0
${list('builddeps  ', fields.builddeps)}${list('rundeps    ', fields.rundeps)}install     : |
    true
`;
}

/** A git repository in a folder, written by commits. */
export class RecipeSource {
  constructor(readonly dir: string) {
    mkdirSync(dir, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Writes (or with null removes) files and commits; returns the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array | null>>): string {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.dir, path);
      if (content === null) rmSync(file, { recursive: true });
      else {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message=change');
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** Commits recipes, each in a folder of its name. */
  commitRecipes(...recipes: readonly RecipeFields[]): string {
    return this.commit(
      Object.fromEntries(
        recipes.map((fields) => [`${fields.name}/stone.yaml`, recipeText(fields)]),
      ),
    );
  }

  git(...args: readonly string[]): string {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
    return execFileSync('git', ['-C', this.dir, ...who, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
