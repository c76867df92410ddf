import { type TaskView } from '@cairn/contracts';

const COLUMNS = ['package', 'queued', 'dispatched', 'built', 'published'] as const;

/** The times of each source's way, as an aligned table; times of day in the machine's zone, and seconds since queued. */
export function checkTable(tasks: readonly TaskView[]): string {
  const rows = tasks.map((task) => [
    `${task.source} ${task.version}-${task.sourceRelease}`,
    clock(task.createdAt),
    since(task.createdAt, task.dispatchedAt),
    since(task.createdAt, task.builtAt),
    since(task.createdAt, task.endedAt),
  ]);
  const table = [[...COLUMNS], ...rows];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

function since(from: number, at: number | null): string {
  return at === null ? '-' : `+${((at - from) / 1_000).toFixed(1)} s`;
}
