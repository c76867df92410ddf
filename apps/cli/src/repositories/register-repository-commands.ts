import { listRepositories, refreshRepository, type RepositoryView } from '@cairn/contracts';
import { type Command } from 'commander';
import { repositoryArgument } from '../input/arguments.js';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { tableLines, type Cell } from '../output/table.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';

const COMMIT_LENGTH_SHOWN = 12;

/** Adds `repo` with its commands. */
export function registerRepositoryCommands(program: Command, shell: Shell): void {
  const repo = program.command('repo').description('recipe repositories');
  repo
    .command('list')
    .description('show the recipe repositories and the recipes that could not be read')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => listCommand(shell, options));
  repo
    .command('refresh')
    .argument('<project/repository>', 'which one', repositoryArgument)
    .description('look for new commits now')
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  cairn repo refresh main/recipes')
    .action((which: ReturnType<typeof repositoryArgument>, options: JsonOptions) =>
      refreshCommand(shell, which, options),
    );
}

async function listCommand(shell: Shell, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(listRepositories);
  const now = shell.clock.now();
  const columns = [
    {
      title: 'REPOSITORY',
      cell: ({ project, name }: RepositoryView) => `${project}/${name}`,
    },
    { title: 'BRANCH', cell: ({ branch }: RepositoryView) => branch },
    {
      title: 'COMMIT',
      cell: ({ commit }: RepositoryView) => commit?.slice(0, COMMIT_LENGTH_SHOWN) ?? '–',
    },
    { title: 'RECIPES', cell: ({ recipeCount }: RepositoryView) => recipeCount, isRight: true },
    { title: 'BAD', cell: badCell, isRight: true },
    {
      title: 'REFRESHED',
      cell: ({ refreshedAt }: RepositoryView) => relativeTime(refreshedAt, now),
    },
    { title: 'URL', cell: ({ url }: RepositoryView) => url, isFlexible: true },
  ];
  printReply(reply, options, ({ repositories }) => [
    ...tableLines(
      shell.screen,
      { empty: 'There are no recipe repositories.', columns },
      repositories,
    ),
    ...repositories.flatMap(troubleLines).map((line) => shell.screen.paint('red', line)),
  ]);
}

function badCell({ badRecipes }: RepositoryView): Cell {
  return {
    text: String(badRecipes.length),
    style: badRecipes.length === 0 ? undefined : 'red',
  };
}

/** What is wrong with a repository as a whole, and with single recipes. */
export function troubleLines(repository: RepositoryView): string[] {
  const { project, name, error, badRecipes } = repository;
  const whole = error === null ? [] : [`${project}/${name}: ${error.message} (${error.code})`];
  const single = badRecipes.map(
    ({ path, line, message, code }) =>
      `${project}/${name}: ${path}${line === null ? '' : `:${line}`}: ${message} (${code})`,
  );
  return [...whole, ...single].map(printable);
}

async function refreshCommand(
  shell: Shell,
  which: { readonly project: string; readonly repository: string },
  options: JsonOptions,
): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(refreshRepository, { params: which });
  printReply(reply, options, ({ queued }) => [
    queued
      ? `${which.project}/${which.repository} is looked at for new commits.`
      : `${which.project}/${which.repository} was already waiting to be looked at.`,
  ]);
}
