import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceNode } from './source-node.js';

const DATA = path.resolve(import.meta.dirname, '../../../../../shared/data');

/** Whether the real graph lies beside the repository; says so once when it does not. */
export function hasRealData(): boolean {
  const isThere = existsSync(path.join(DATA, 'graph.jsonl'));
  if (!isThere) console.log('skipped: no ../shared/data/graph.jsonl beside the repository');
  return isThere;
}

export function realText(name: string): string {
  return readFileSync(path.join(DATA, name), 'utf8');
}

interface GraphLine {
  readonly name: string;
  readonly builddeps: readonly string[];
  readonly packages: SourceNode['packages'];
}

interface ImpliedLine {
  readonly name: string;
  readonly base: readonly string[];
  readonly macros: readonly string[];
}

function linesOf(name: string): unknown[] {
  return realText(name)
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** The real sources as the solver takes them. */
export function realSources(): SourceNode[] {
  return (linesOf('graph.jsonl') as GraphLine[]).map((line) => ({
    source: line.name,
    buildDepends: line.builddeps,
    packages: line.packages,
  }));
}

/** What macros and toolchain imply for each real source. */
export function realImplied(): Map<string, { base: readonly string[]; macros: readonly string[] }> {
  return new Map((linesOf('implied.jsonl') as ImpliedLine[]).map((line) => [line.name, line]));
}
