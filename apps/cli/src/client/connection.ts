import { refreshSession, type SessionTokens } from '@cairn/contracts';
import { CliError } from '../cli-error.js';
import { type CliConfig } from '../config.js';
import { EXIT } from '../exit-code.js';
import { DEFAULT_SERVER, parseServer, type ServerAddress } from '../session/server-address.js';
import { type SessionKeeper } from '../session/session-keeper.js';
import { ApiClient } from './api-client.js';
import { replyOf, send } from './transport.js';

/** Where the command was told to go. */
export interface ServerOptions {
  readonly server?: string;
  readonly insecure?: boolean;
}

/** The client for the server that is meant: the option's, the environment's, that of the last login, or this machine's. */
export async function connect(
  options: ServerOptions,
  config: Pick<CliConfig, 'server'>,
  sessions: SessionKeeper,
): Promise<ApiClient> {
  const given = options.server ?? config.server ?? (await sessions.server()) ?? DEFAULT_SERVER;
  return new ApiClient({
    server: serverOf(given),
    sessions,
    isInsecure: options.insecure === true,
  });
}

/** Exchanges a refresh token; undefined when the server says that the session has ended. */
export async function refreshAt(
  origin: string,
  refreshToken: string,
): Promise<SessionTokens | undefined> {
  try {
    const response = await send(origin, refreshSession, { body: { refreshToken } });
    return await replyOf(origin, refreshSession, response);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.notPermitted) return undefined;
    throw error;
  }
}

function serverOf(text: string): ServerAddress {
  const server = parseServer(text);
  if (server.ok) return server.value;
  throw new CliError('server.invalid-address', server.error, {
    exitCode: EXIT.usage,
    nextStep: 'Addresses look like https://summit.example:5001.',
  });
}
