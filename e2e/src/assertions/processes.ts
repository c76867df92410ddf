import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes whose command line holds a text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').includes(text))
    .map(Number);
}

/**
 * Memory pages that the ended children of a process ever touched: it grows with every program that the process runs
 * to its end, however short.
 */
export function pagesOfChildren(pid: number): number {
  const CHILDREN_MINOR_FAULTS = 8;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before may hold blanks and brackets.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[CHILDREN_MINOR_FAULTS]);
}

/** Ids of the processes that live in the sandbox of an attempt: they have a folder of it mounted. */
export function processesOfBuild(attemptId: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => textOf(`/proc/${pid}/mountinfo`).includes(`/attempts/${attemptId}/`))
    .map(Number);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}
