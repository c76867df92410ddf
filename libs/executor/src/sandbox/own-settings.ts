import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GROUP_FILE, PASSWD_FILE } from './accounts.js';
import { USER_NETWORK_NAME_SERVER } from './user-network.js';

/** Writes the settings that the inside sees instead of the host's. */
export async function writeOwnFiles(
  dir: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ host: string; inside: string }[]> {
  await mkdir(dir, { recursive: true });
  const files: { host: string; inside: string }[] = [];
  for (const [name, text] of Object.entries(settings)) {
    const host = path.join(dir, name);
    await writeFile(host, text, { mode: 0o644 });
    files.push({ host, inside: `/etc/${name}` });
  }
  return files;
}

/** Seen by every build. */
export const OWN_SETTINGS: Readonly<Record<string, string>> = {
  passwd: PASSWD_FILE,
  group: GROUP_FILE,
  hosts: '127.0.0.1 localhost cairn\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** Seen by builds with a network, too. */
export const NETWORK_SETTINGS = { 'resolv.conf': `nameserver ${USER_NETWORK_NAME_SERVER}\n` };
