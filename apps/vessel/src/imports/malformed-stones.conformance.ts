// Files that must be refused, and why; made elsewhere and kept in a folder beside the checkout.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const MALFORMED_DIR = resolve(
  import.meta.dirname,
  '../../../../../shared/data/stones/malformed',
);
export const hasMalformedStones = existsSync(MALFORMED_DIR);

/** Where our code says more than the check of the list, or another check comes first. */
const OUR_CHECKS: Readonly<Record<string, string>> = {
  'p-plain-size-max': 'plain-size',
  'p-records-0': 'payload-empty',
  'p-stored-0-zstd': 'record-count',
  'z-truncated-frame': 'zstd-truncated',
  'z-truncated-frame-content': 'zstd-truncated',
  'z-bomb-64MiB-plain-lie': 'record-count',
  'i-digest-mismatch': 'layout-digest',
};

/** Every file with the code of its fault; undefined for those that are good. */
export function malformedStones(): ReadonlyMap<string, string | undefined> {
  const text = readFileSync(join(MALFORMED_DIR, 'expected.json'), 'utf8');
  const verdicts = JSON.parse(text) as Record<string, { verdict: string; check: string }>;
  return new Map(
    Object.entries(verdicts).map(([name, { verdict, check }]) => [
      `${name}.stone`,
      verdict === 'accept' ? undefined : `stone.${OUR_CHECKS[name] ?? check}`,
    ]),
  );
}
