import { isAbsolute, join } from 'node:path';

/** What the environment says. */
export interface CliConfig {
  /** `CAIRN_SERVER`, as it was given. */
  readonly server: string | undefined;
  /** Where the session is kept between commands. */
  readonly sessionFile: string;
  /** False when `NO_COLOR` is set or the terminal knows no colours. */
  readonly areColoursWanted: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; called once, by main. */
export function loadConfig(environment: Environment, homeDir: string): CliConfig {
  const configHome = environment['XDG_CONFIG_HOME'];
  // The base directory specification says that a relative path is to be ignored.
  const folder =
    configHome !== undefined && isAbsolute(configHome) ? configHome : join(homeDir, '.config');
  return {
    server: nonEmpty(environment['CAIRN_SERVER']),
    sessionFile: join(folder, 'cairn', 'session.json'),
    areColoursWanted:
      nonEmpty(environment['NO_COLOR']) === undefined && environment['TERM'] !== 'dumb',
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
