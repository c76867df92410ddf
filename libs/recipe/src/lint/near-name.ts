const DISTANCE_MAX = 2;
const LENGTH_MAX = 64;

/** The known name a misspelt one was probably meant to be: another ending of it, or at most two letters away. */
export function nearName(name: string, known: Iterable<string>): string | null {
  if (name.length > LENGTH_MAX) return null;
  const names = [...known];
  const ranked = names
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(
      ({ distance, candidate }) => distance <= DISTANCE_MAX && distance < candidate.length / 2,
    )
    .sort((a, b) => a.distance - b.distance);
  const stem = name.slice(0, -1);
  const extended = stem.length >= 3 ? names.find((one) => one.startsWith(stem)) : undefined;
  return ranked[0]?.candidate ?? extended ?? null;
}

/** Letters to add, drop or change. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
