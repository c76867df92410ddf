import { listProjects } from '@cairn/contracts';
import { type z } from 'zod';
import { printReply } from '../output/reply.js';
import { tableLines, type Column } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';

type Project = z.output<typeof listProjects.reply>['projects'][number];
interface Row {
  readonly project: Project;
  readonly profile: Project['profiles'][number] | undefined;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'PROJECT', cell: ({ project }) => project.name },
  { title: 'PROFILE', cell: ({ profile }) => profile?.name ?? '–' },
  { title: 'ARCHITECTURE', cell: ({ profile }) => profile?.architecture ?? '–' },
  {
    title: 'CHANNEL',
    cell: ({ profile }) => (profile === undefined ? '–' : `${profile.channel}/${profile.stream}`),
  },
  { title: 'SUMMARY', cell: ({ project }) => project.summary, isFlexible: true },
];

/** `cairn project list`: one line for each profile. */
export async function listCommand(shell: Shell, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(listProjects);
  const table = {
    empty: 'There are no projects. Make one with `cairn project apply FILE`.',
    columns: COLUMNS,
  };
  printReply(reply, options, ({ projects }) =>
    tableLines(shell.screen, table, projects.flatMap(rowsOf)),
  );
}

function rowsOf(project: Project): Row[] {
  if (project.profiles.length === 0) return [{ project, profile: undefined }];
  return project.profiles.map((profile) => ({ project, profile }));
}
