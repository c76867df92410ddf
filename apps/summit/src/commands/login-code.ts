import { type TokenSigner } from '@cairn/auth';
import { type AccountRole } from '@cairn/identity';
import { systemClock } from '@cairn/std';
import { AuditStore } from '../accounts/audit.store.js';
import { SessionStore } from '../accounts/session.store.js';
import { Sessions } from '../accounts/sessions.service.js';
import { SummitDatabase } from '../persistence/summit-database.js';

/** Makes a login code straight in the database, for whoever can reach it: the first admin, or one who is locked out. */
export async function makeLoginCode(
  databaseUrl: string,
  account: { readonly name: string; readonly role: AccountRole },
): Promise<{ code: string; expiresAt: number }> {
  const database = new SummitDatabase({ database: { url: databaseUrl } });
  try {
    const audit = new AuditStore(systemClock, database);
    const noSigner = {} as TokenSigner;
    const sessions = new Sessions(systemClock, noSigner, database, new SessionStore(database));
    return await sessions.createCode(account, (tx) =>
      audit.record(tx, {
        account: 'console',
        action: 'account.login-code',
        subject: account.name,
        details: { role: account.role },
      }),
    );
  } finally {
    await database.close();
  }
}
