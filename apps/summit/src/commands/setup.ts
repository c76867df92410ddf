import { createCredentials, createTokenKey, createTrustFile, parseTrust } from '@cairn/auth';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The secrets of an installation, as files in one folder. Existing ones are kept. */
export interface SetupFiles {
  readonly trustFile: string;
  readonly tokenKeyFile: string;
  readonly vesselCredentialsFile: string;
}

/** Makes what is missing of the secrets: the broker's chain of trust, the key of access tokens, vessel's credentials. */
export async function setUp(dir: string): Promise<SetupFiles> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const files = {
    trustFile: join(dir, 'trust.json'),
    tokenKeyFile: join(dir, 'token-key.pem'),
    vesselCredentialsFile: join(dir, 'vessel-credentials.json'),
  };
  await writeNew(files.trustFile, () =>
    Promise.resolve(JSON.stringify(createTrustFile(), null, 2)),
  );
  await writeNew(files.tokenKeyFile, () => Promise.resolve(createTokenKey()));
  await writeNew(files.vesselCredentialsFile, async () => {
    const trust = parseTrust(await readFile(files.trustFile, 'utf8'));
    return JSON.stringify(await createCredentials(trust, 'vessel', 'vessel'), null, 2);
  });
  return files;
}

async function writeNew(path: string, content: () => Promise<string>): Promise<void> {
  try {
    await writeFile(path, await content(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
