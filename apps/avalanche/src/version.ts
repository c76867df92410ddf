import { readFileSync } from 'node:fs';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string().max(32) });

/** The version of this builder, out of its package file. */
export function ownVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return packageSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
