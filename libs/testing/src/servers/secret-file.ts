import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, type ServerAccount } from './account.js';

const PASSWORD_BYTES = 24;

/** The password kept in a file of the data folder that only the server's account may read; made at the first start. */
export function passwordIn(account: ServerAccount, name: string): string {
  const file = join(account.dir, name);
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(PASSWORD_BYTES).toString('hex'), { mode: 0o600 });
    giveTo(account, file);
  }
  return readFileSync(file, 'utf8').trim();
}
