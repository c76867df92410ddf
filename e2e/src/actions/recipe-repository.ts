import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { recipeText, type RecipeFields } from './recipe-text.js';

const IDENTITY = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];

/** A git repository of recipes that a test commits to. */
export class RecipeRepository {
  constructor(readonly dir: string) {
    mkdirSync(dir, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit({ 'README.md': 'Recipes of a test.\n' });
  }

  /** Writes files (null removes one) and commits them; returns the commit. */
  commit(files: Readonly<Record<string, string | null>>): string {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.dir, path);
      if (content === null) rmSync(file, { recursive: true });
      else {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    }
    return this.commitAll();
  }

  /** Commits recipes, each in the folder of its name. */
  commitRecipes(...recipes: readonly RecipeFields[]): string {
    const files = recipes.map((fields) => [`${fields.name}/stone.yaml`, recipeText(fields)]);
    return this.commit(Object.fromEntries(files) as Record<string, string>);
  }

  /** Commits a copy of folders of recipes that lie elsewhere. */
  commitCopy(from: string, ...folders: readonly string[]): string {
    for (const folder of folders)
      cpSync(join(from, folder), join(this.dir, folder), { recursive: true });
    return this.commitAll();
  }

  private commitAll(): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message=change');
    return this.git('rev-parse', 'HEAD').trim();
  }

  private git(...args: readonly string[]): string {
    return execFileSync('git', ['-C', this.dir, ...IDENTITY, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
