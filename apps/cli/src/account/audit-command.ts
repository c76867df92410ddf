import { listAudit } from '@cairn/contracts';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { tableLines } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';

/** `cairn audit`. */
export async function auditCommand(
  shell: Shell,
  options: JsonOptions & { readonly limit: number },
): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(listAudit, { query: { limit: options.limit } });
  const now = shell.clock.now();
  printReply(reply, options, ({ entries }) =>
    tableLines(
      shell.screen,
      {
        empty: 'Nothing has been done yet.',
        columns: [
          { title: 'WHEN', cell: ({ at }) => relativeTime(at, now) },
          { title: 'ACCOUNT', cell: ({ account }) => account },
          { title: 'ACTION', cell: ({ action }) => action },
          { title: 'SUBJECT', cell: ({ subject }) => subject },
          { title: 'DETAILS', cell: ({ details }) => detailsText(details), isFlexible: true },
        ],
      },
      entries,
    ),
  );
}

function detailsText(details: unknown): string {
  if (details === null || details === undefined) return '';
  const text = JSON.stringify(details);
  return text === '{}' ? '' : text;
}
