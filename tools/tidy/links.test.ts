import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { readText, treeFiles } from './source-tree.ts';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const FENCED = /^```[\s\S]*?^```/gm;

/** The name under which GitHub reaches a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function isTarget(from: string, link: string, files: readonly string[]): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? from : normalize(join(dirname(from), path)).replace(/\/$/, '');
  if (!files.some((name) => name === file || name.startsWith(`${file}/`))) return false;
  if (anchor === undefined) return true;
  const headings = [...readText(file).matchAll(/^#+ (.+)$/gm)].map(([, text]) => text ?? '');
  return headings.map(anchorOf).includes(anchor);
}

it('leads every link between documents to a file and a heading that are there', () => {
  const files = treeFiles();
  const documents = files.filter((file) => file.endsWith('.md') && !file.includes('/fixtures/'));
  const links = documents.flatMap((file) =>
    [...readText(file).replace(FENCED, '').matchAll(LINK)]
      .map(([, link]) => link ?? '')
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => ({ file, link })),
  );
  expect(links.length).toBeGreaterThan(40);
  expect(links.filter(({ file, link }) => !isTarget(file, link, files))).toEqual([]);
});
