import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Real recipes beside this checkout. */
export const REAL_RECIPES = resolve(import.meta.dirname, '../../../../shared/data/buildable');
const FETCH = resolve(REAL_RECIPES, '../../tools/fetch-upstreams');
const FETCH_TIMEOUT_MS = 240_000;

/** Kept between runs, with each upstream file under its SHA-256. */
export const LOOKASIDE = join(tmpdir(), 'cairn-test-lookaside');

/** Those of the recipes that can be built here; tells why the others cannot. */
export function recipesWithUpstreams(wanted: readonly string[]): readonly string[] {
  if (!existsSync(FETCH)) {
    console.log(`skipped: real recipes, for ${REAL_RECIPES} is not there`);
    return [];
  }
  mkdirSync(LOOKASIDE, { recursive: true });
  const missing = wanted.filter((recipe) => !hasUpstream(recipe));
  if (missing.length > 0) fetchUpstreams(missing);
  return wanted.filter(hasUpstream);
}

function fetchUpstreams(recipes: readonly string[]): void {
  try {
    execFileSync(FETCH, [LOOKASIDE, ...recipes], { stdio: 'pipe', timeout: FETCH_TIMEOUT_MS });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n').at(-1) ?? '') : '';
    const absent = recipes.filter((recipe) => !hasUpstream(recipe));
    console.log(`skipped: ${absent.join(', ')}, whose upstreams cannot be had: ${reason}`);
  }
}

function hasUpstream(recipe: string): boolean {
  const text = readFileSync(join(REAL_RECIPES, recipe, 'stone.yaml'), 'utf8');
  const hashes = text.match(/\b[0-9a-f]{64}\b/g) ?? [];
  return hashes.every((hash) => existsSync(join(LOOKASIDE, hash)));
}
