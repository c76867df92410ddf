import { type Clock } from '@cairn/std';
import { type ApiClient } from './client/api-client.js';
import { type Screen } from './output/screen.js';
import { type SessionKeeper } from './session/session-keeper.js';

/** What the commands that speak to summit share. */
export interface Shell {
  readonly clock: Clock;
  readonly screen: Screen;
  readonly sessions: SessionKeeper;
  /** Where fetched files are kept between commands. */
  readonly cacheDir: string;
  /** The client for the server that the command line means. */
  connect(): Promise<ApiClient>;
}

/** The option of every command that prints data. */
export const JSON_FLAG = ['--json', 'print the reply of the API as JSON'] as const;

export interface JsonOptions {
  readonly json?: boolean;
}
