import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type NatsCredentials } from './nats-account.js';

const credentialsSchema = z.object({
  jwt: z.string().min(20).max(16_384),
  seed: z.string().regex(/^SU[A-Z2-7]{50,60}$/),
});

/** Reads credentials from a JSON file `{ jwt, seed }`; the error names the file and never shows the seed. */
export async function readCredentials(path: string): Promise<NatsCredentials> {
  try {
    return credentialsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const isDamaged = cause instanceof SyntaxError || cause instanceof z.ZodError;
    throw new Error(
      `The credentials file ${path} ${isDamaged ? 'is damaged' : 'cannot be read'}.`,
      { cause },
    );
  }
}
