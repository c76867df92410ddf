import { isAbsolute, join } from 'node:path';

/** What the environment says. */
export interface CliConfig {
  /** `CAIRN_SERVER`, as it was given. */
  readonly server: string | undefined;
  /** Where the session is kept between commands. */
  readonly sessionFile: string;
  /** Where fetched files are kept between commands. */
  readonly cacheDir: string;
  /** False when `NO_COLOR` is set or the terminal knows no colours. */
  readonly areColoursWanted: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; called once, by main. */
export function loadConfig(environment: Environment, homeDir: string): CliConfig {
  const configHome = absoluteOr(environment['XDG_CONFIG_HOME'], join(homeDir, '.config'));
  const cacheHome = absoluteOr(environment['XDG_CACHE_HOME'], join(homeDir, '.cache'));
  return {
    server: nonEmpty(environment['CAIRN_SERVER']),
    sessionFile: join(configHome, 'cairn', 'session.json'),
    cacheDir: join(cacheHome, 'cairn'),
    areColoursWanted:
      nonEmpty(environment['NO_COLOR']) === undefined && environment['TERM'] !== 'dumb',
  };
}

/** The base directory specification says that a relative path is to be ignored. */
function absoluteOr(path: string | undefined, fallback: string): string {
  return path !== undefined && isAbsolute(path) ? path : fallback;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
