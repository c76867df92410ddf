import { parseArgs } from 'node:util';
import { join, resolve } from 'node:path';

export const HELP = `npm start -- [options]

Starts Cairn on this machine with everything it needs, builds the sample recipes and publishes them.

  --data DIR        where everything is kept (default .cairn); a second start continues with it
  --check           do not stay: exit 0 once every package is installable, else say why not
  --recipes DIR     build the recipes below this folder instead of the samples
  --only a,b,…      of those, only these sources
  --lookaside DIR   folder with upstream files named by their SHA-256, asked before the network
  --builders N      number of builders to run here (default 1)
  --slots N         builds that each of them does at once (default 1)
  --timeout MIN     with --check: give up after this many minutes (default 60)
  --json            with --check: print the table as JSON
  --help            this text

Existing servers are used instead of private ones when these are set:
  CAIRN_DATABASE_SUPERUSER_URL, CAIRN_REDIS_URL,
  CAIRN_NATS_URL (a broker that runs with the nats.conf that is written below the data folder)
`;

export interface StartOptions {
  readonly dataDir: string;
  readonly isCheck: boolean;
  /** Null means the samples. */
  readonly recipesDir: string | null;
  readonly only: readonly string[] | null;
  readonly lookasideDir: string | null;
  readonly builders: number;
  readonly slots: number;
  readonly timeoutMs: number;
  readonly isJson: boolean;
}

/** Reads the command line; throws a sentence for people when it is wrong. Null when only the help is wanted. */
export function readOptions(
  args: readonly string[],
  workingDir: string,
  root: string,
): StartOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      check: { type: 'boolean', default: false },
      recipes: { type: 'string' },
      only: { type: 'string' },
      lookaside: { type: 'string' },
      builders: { type: 'string', default: '1' },
      slots: { type: 'string', default: '1' },
      timeout: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  if (values.only !== undefined && values.recipes === undefined)
    throw new Error('--only needs --recipes.');
  const folder = (path: string | undefined) =>
    path === undefined ? null : resolve(workingDir, path);
  return {
    dataDir: folder(values.data) ?? join(root, '.cairn'),
    isCheck: values.check,
    recipesDir: folder(values.recipes),
    only:
      values.only
        ?.split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '') ?? null,
    lookasideDir: folder(values.lookaside),
    builders: count('--builders', values.builders, 16),
    slots: count('--slots', values.slots, 64),
    timeoutMs: count('--timeout', values.timeout, 10_000) * 60_000,
    isJson: values.json,
  };
}

function count(name: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`${name} takes a whole number from 1 to ${max}.`);
}
