import { readSigningKeys } from '@cairn/auth';
import { readFile } from 'node:fs/promises';
import type { VesselConfig } from '../config.js';

/** The keys with which to sign; none where none are configured. */
export async function loadSigning({ keysFile, validDays }: VesselConfig['signing']) {
  const keys = keysFile === undefined ? [] : readSigningKeys(await readFile(keysFile, 'utf8'));
  return { keys, validDays };
}
