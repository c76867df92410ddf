import { isIP } from 'node:net';
import { err, ok, type Result } from '@cairn/std';

/** Where summit listens when nobody says otherwise. */
export const DEFAULT_SERVER = 'http://127.0.0.1:5001';

/** A summit's address: scheme, host and port. */
export interface ServerAddress {
  readonly origin: string;
  /** Whether others on the way cannot read what is sent: https, or this machine itself. */
  readonly isPrivate: boolean;
}

/** Reads `https://host[:port]`; the error is a sentence. */
export function parseServer(text: string): Result<ServerAddress, string> {
  if (!URL.canParse(text)) return err(`${text} is no address like https://summit.example`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return err(`${text} must begin with https:// or http://`);
  if (url.username !== '' || url.password !== '')
    return err('A server address holds no name or password; log in with `cairn login`');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return err(`${text} must end after the host and port`);
  return ok({
    origin: url.origin,
    isPrivate: url.protocol === 'https:' || isLoopback(url.hostname),
  });
}

/** Names and addresses that never leave the machine; `hostname` is as `URL` gives it. */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}
