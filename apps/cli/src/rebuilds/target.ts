import { listProjects } from '@cairn/contracts';
import { CliError } from '../cli-error.js';
import { type ApiClient } from '../client/api-client.js';
import { EXIT } from '../exit-code.js';

/** What plans and rebuilds are for. */
export interface TargetOptions {
  readonly project?: string;
  readonly profile?: string;
  /** Source names divided by commas. */
  readonly changed?: string;
}

export interface PlanTarget {
  readonly project: string;
  readonly profile: string;
  readonly changed?: string[];
}

/** Takes the only project and profile where none is named; several must be told apart. */
export async function targetOf(client: ApiClient, options: TargetOptions): Promise<PlanTarget> {
  const { projects } = await client.call(listProjects);
  const fitting = projects
    .flatMap(({ name, profiles }) => profiles.map((profile) => ({ name, profile: profile.name })))
    .filter(
      ({ name, profile }) =>
        (options.project ?? name) === name && (options.profile ?? profile) === profile,
    );
  const [only, other] = fitting;
  if (only === undefined || other !== undefined) {
    throw new CliError(
      'cli.target-unclear',
      only === undefined
        ? 'There is no such project and profile'
        : `There are ${fitting.length} profiles`,
      {
        exitCode: EXIT.usage,
        nextStep: 'Name one with --project and --profile; `cairn project list` shows them.',
      },
    );
  }
  const { name: project, profile } = only;
  const changed = changedNames(options.changed);
  return { project, profile, ...(changed === undefined ? {} : { changed }) };
}

/** Names between commas; undefined when the option was not given. */
export function changedNames(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
