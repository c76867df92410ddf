import { natsServerConfig, parseTrust, type NatsServerOptions } from '@cairn/auth';
import { readFile } from 'node:fs/promises';
import { BuilderStore } from '../builders/builder.store.js';
import { SummitDatabase } from '../persistence/summit-database.js';

/** The broker's configuration as of now, every revocation included. Made before each start of the broker. */
export async function writeNatsConfig(
  given: {
    readonly databaseUrl: string;
    readonly trustFile: string;
    readonly resolverDirectory: string;
  } & Omit<NatsServerOptions, 'revocations'>,
): Promise<string> {
  const database = new SummitDatabase({ database: { url: given.databaseUrl } });
  try {
    const trust = parseTrust(await readFile(given.trustFile, 'utf8'));
    const revocations = await new BuilderStore(database).revocations();
    const { listen, extra } = given;
    const options = {
      revocations,
      ...(listen === undefined ? {} : { listen }),
      ...(extra === undefined ? {} : { extra }),
    };
    return (await natsServerConfig(trust, options))(given.resolverDirectory);
  } finally {
    await database.close();
  }
}
