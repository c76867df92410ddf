import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../tidy/source-tree.ts';
import { projectsSection } from './project-graph.ts';
import { subjectsDocument } from './subjects-document.ts';

const SECTION_BEGIN = '<!-- begin generated: projects -->';
const SECTION_END = '<!-- end generated: projects -->';

/** A document of which all or a part is made from the code. */
export interface GeneratedDocument {
  readonly path: string;
  /** What the file should hold. */
  readonly make: () => Promise<string>;
}

export const GENERATED: readonly GeneratedDocument[] = [
  { path: 'docs/protocol/subjects.md', make: () => pretty(subjectsDocument()) },
  { path: 'ARCHITECTURE.md', make: () => pretty(withProjects(textOf('ARCHITECTURE.md'))) },
];

function withProjects(text: string): string {
  const from = text.indexOf(SECTION_BEGIN);
  const to = text.indexOf(SECTION_END);
  if (from < 0 || to < from)
    throw new Error(`ARCHITECTURE.md lacks ${SECTION_BEGIN} … ${SECTION_END}.`);
  const head = text.slice(0, from + SECTION_BEGIN.length);
  return `${head}\n\n${projectsSection()}\n\n${text.slice(to)}`;
}

async function pretty(text: string): Promise<string> {
  const config = await resolveConfig(join(root, 'ARCHITECTURE.md'));
  return format(text, { ...config, parser: 'markdown' });
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
