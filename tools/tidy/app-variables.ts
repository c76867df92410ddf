import { join } from 'node:path';
import { readText, root } from './source-tree.ts';

export const APPS = ['summit', 'vessel', 'avalanche'] as const;
export type App = (typeof APPS)[number];

/** A key of the schema over the environment. */
const KEY = /^ {2}([A-Z][A-Z0-9_]+): /gm;
/** A fault, as the error of an environment that does not suffice names it. */
const FAULT = /→ at ([A-Z][A-Z0-9_]+)/g;

/** Names of the variables that an app's schema knows, sorted. */
export function variablesOf(app: App): readonly string[] {
  const config = readText(`apps/${app}/src/config.ts`);
  const schema = config.slice(config.indexOf('environmentSchema = z.object('));
  return matches(schema.slice(0, schema.indexOf('\n});')), KEY);
}

/** Names of the variables that an app complains about when its environment is this one, sorted. */
export async function faultyVariables(
  app: App,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { loadConfig } = (await import(join(root, `apps/${app}/src/config.ts`))) as {
    loadConfig: (environment: Readonly<Record<string, string>>) => unknown;
  };
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    return matches(error instanceof Error ? error.message : '', FAULT);
  }
}

export function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name ?? '').sort();
}
