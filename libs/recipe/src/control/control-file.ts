import { err, ok, type Result } from '@cairn/std';

import { recipeError, type RecipeError } from '../recipe-error.js';
import { LIST_ITEMS_MAX, TEXT_LENGTH_MAX } from '../recipe-limits.js';
import { RECIPE_PHASES, type RecipeScript } from '../recipe.js';
import { readKdl, type KdlNode } from './kdl-document.js';

/** How a control file changes what is there. */
export const CONTROL_VERBS = ['prepend', 'append', 'override'] as const;
export type ControlVerb = (typeof CONTROL_VERBS)[number];

const SCRIPT_KEYS = [...RECIPE_PHASES, 'environment'] as const;
export type ScriptKey = (typeof SCRIPT_KEYS)[number];

const LIST_KEYS = ['builddeps', 'checkdeps', 'rundeps', 'rundeps-exclude', 'conflicts'] as const;
export type ListKey = (typeof LIST_KEYS)[number];

const PROFILE_KEYS: ReadonlySet<string> = new Set([...SCRIPT_KEYS, 'builddeps', 'checkdeps']);
const PACKAGE_KEYS: ReadonlySet<string> = new Set(['rundeps', 'rundeps-exclude', 'conflicts']);
const ROOT_KEYS: ReadonlySet<string> = new Set([
  ...SCRIPT_KEYS,
  ...LIST_KEYS,
  'profiles',
  'packages',
]);

/** Changes to one mapping of a recipe. */
export interface ControlEdits {
  readonly scripts: ReadonlyMap<ScriptKey, RecipeScript>;
  readonly lists: ReadonlyMap<ListKey, readonly string[]>;
}

/** Everything one verb of a control file says. Profiles and packages are named by their key in the recipe. */
export interface ControlSection extends ControlEdits {
  readonly verb: ControlVerb;
  readonly node: KdlNode;
  readonly profiles: ReadonlyMap<string, ControlEdits>;
  readonly packages: ReadonlyMap<string, ControlEdits>;
}

/** Reads a control.kdl. Every node must be known: a misspelt one would silently change nothing. */
export function readControlFile(
  text: string,
  fileName: string,
): Result<ControlSection[], RecipeError[]> {
  const document = readKdl(text, fileName);
  if (!document.ok) return document;
  const reader = new ControlReader();
  const sections = document.value.flatMap((node) => {
    const verb = CONTROL_VERBS.find((known) => known === node.name);
    if (verb === undefined) return reader.fail(node, `'${node.name}' is not a known node`);
    return [reader.section(verb, node)];
  });
  return reader.errors.length > 0 ? err(reader.errors) : ok(sections);
}

class ControlReader {
  readonly errors: RecipeError[] = [];

  fail({ at }: KdlNode, message: string): [] {
    this.errors.push(recipeError('recipe.bad-control-file', message, at));
    return [];
  }

  section(verb: ControlVerb, node: KdlNode): ControlSection {
    return {
      verb,
      node,
      ...this.#edits(node, ROOT_KEYS),
      profiles: this.#named(node, { key: 'profiles', known: PROFILE_KEYS }),
      packages: this.#named(node, { key: 'packages', known: PACKAGE_KEYS }),
    };
  }

  #named(
    node: KdlNode,
    { key, known }: { key: string; known: ReadonlySet<string> },
  ): Map<string, ControlEdits> {
    const entries = node.children
      .filter(({ name }) => name === key)
      .flatMap(({ children }) => children);
    return new Map(entries.map((entry) => [entry.name, this.#edits(entry, known)]));
  }

  #edits(node: KdlNode, known: ReadonlySet<string>): ControlEdits {
    const scripts = new Map<ScriptKey, RecipeScript>();
    const lists = new Map<ListKey, readonly string[]>();
    for (const child of node.children) {
      if (!known.has(child.name)) this.fail(child, `'${child.name}' is not known here`);
      const script = SCRIPT_KEYS.find((key) => key === child.name);
      if (script !== undefined) {
        const read = this.#script(child);
        if (read !== null) scripts.set(script, read);
      }
      const list = LIST_KEYS.find((key) => key === child.name);
      if (list !== undefined) lists.set(list, this.#items(child));
    }
    return { scripts, lists };
  }

  #script(node: KdlNode): RecipeScript | null {
    const [text] = node.args;
    if (typeof text !== 'string' || node.args.length > 1 || text.length > TEXT_LENGTH_MAX) {
      this.fail(node, `'${node.name}' needs one string`);
      return null;
    }
    return { text, at: node.at, isLineExact: false };
  }

  #items(node: KdlNode): string[] {
    if (node.args.length > 0 || node.children.length > LIST_ITEMS_MAX) {
      this.fail(node, `'${node.name}' needs a block with one node for each item`);
      return [];
    }
    return node.children.flatMap((item) => {
      if (item.args.length === 0 && item.children.length === 0) return [item.name];
      return this.fail(item, 'an item is a name without arguments');
    });
  }
}
