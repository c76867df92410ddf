import { expect, it } from 'vitest';
import { readText, treeFiles } from './source-tree.ts';

const DOCUMENT = 'ARCHITECTURE.md';
/** Something in backticks that begins with a folder of ours, or names a file at the root, is meant as a path. */
const FOLDER = /^(apps|libs|tools|prisma|docs|samples|deploy|e2e|\.ci)\//;
const ROOT_FILE = /^[A-Za-z0-9.-]+\.(md|json|mjs|ts|yaml)$/;

function pathsNamedIn(text: string): readonly string[] {
  const inBackticks = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inside]) => inside ?? '');
  return [...new Set(inBackticks)].filter((name) => FOLDER.test(name) || ROOT_FILE.test(name));
}

/** Whether a path stands in the tree: a file, a folder (with or without `/` at the end), or a pattern with `*`. */
function isThere(path: string, files: readonly string[]): boolean {
  const pattern = path.replace(/\/$/, '').replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  const matcher = new RegExp(`^${pattern.replaceAll('*', '[^/]*')}(/|$)`);
  return files.some((file) => matcher.test(file));
}

it('recognises paths, present and absent ones', () => {
  const text = 'See `apps/summit/src/main.ts`, `npm start`, `libs/gone/` and `package.json`.';
  expect(pathsNamedIn(text)).toEqual(['apps/summit/src/main.ts', 'libs/gone/', 'package.json']);
  const files = ['apps/summit/src/main.ts', 'libs/std/src/index.ts'];
  expect(['apps/summit', 'apps/*/src/main.ts', 'libs/'].every((path) => isThere(path, files))).toBe(
    true,
  );
  expect(['apps/sum', 'libs/*/main.ts', 'e2e/'].some((path) => isThere(path, files))).toBe(false);
});

it('names no path in ARCHITECTURE.md that does not exist', () => {
  const files = treeFiles();
  const paths = pathsNamedIn(readText(DOCUMENT));
  expect(paths.length).toBeGreaterThan(40);
  // A root file may also be a file's own name that is told apart by its folder nearby.
  const isKnown = (path: string) =>
    isThere(path, files) ||
    (ROOT_FILE.test(path) && files.some((file) => file.endsWith(`/${path}`)));
  expect(paths.filter((path) => !isKnown(path))).toEqual([]);
});
