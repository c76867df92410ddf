import path from 'node:path';
import { type BuildOrder } from '../build-order.js';

/** Name of the profile that the configuration folder defines. */
export const BOULDER_PROFILE = 'avalanche';

/** Where boulder is found and what it is given. */
export interface BoulderCommandOptions {
  /** Absolute path of the program. */
  readonly boulderPath: string;
  readonly configDir: string;
  /** The committed binary manifest to hold the build against; undefined where the recipe has none. */
  readonly verifyManifest: string | undefined;
}

/** The argument vector of one build. boulder's own option for jobs does not exist; it takes the processors it may use. */
export function boulderCommand(
  order: BuildOrder,
  options: BoulderCommandOptions,
): { readonly command: string; readonly args: readonly string[] } {
  const verify = options.verifyManifest === undefined ? [] : ['--verify', options.verifyManifest];
  return {
    command: '/usr/bin/nice',
    args: [
      ...['-n19', options.boulderPath, 'build', '-p', BOULDER_PROFILE, '--update', '--cleanup'],
      ...['-o', order.outDir, '--config-dir', options.configDir],
      ...['-b', String(order.buildRelease)],
      ...verify,
      '--',
      path.join(order.recipeDir, order.recipeFile),
    ],
  };
}

/** Text of the profile file. JSON is YAML, and a serialiser leaves no gap that a name or an address could break out of. */
export function boulderProfile(order: BuildOrder): string {
  const repositories = new Map<string, unknown>();
  for (const { name, priority, indexUrl } of order.dependencies.repositories ?? []) {
    // boulder replaces what it does not like; two names that become one would hide a repository.
    const plain = name.replace(/[^A-Za-z0-9-]/g, '_');
    const id = repositories.has(plain) ? `${plain}_${repositories.size}` : plain;
    repositories.set(id, { description: name, priority, uri: indexUrl, active: true });
  }
  const profile = { repositories: Object.fromEntries(repositories) };
  return `${JSON.stringify({ [BOULDER_PROFILE]: profile }, null, 2)}\n`;
}
