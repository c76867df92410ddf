import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a new key for vessel into a folder, and says what its readers must know. */
export function writeSigningKey(dir: string): {
  readonly keysFile: string;
  /** PEM. */
  readonly publicKey: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keysFile = join(dir, 'signing.pem');
  writeFileSync(keysFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { keysFile, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}
