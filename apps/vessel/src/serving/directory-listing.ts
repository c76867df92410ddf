import { compareText } from '@cairn/stone';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isServableName } from './domain/request-path.js';

/** Entries of one directory that are shown. */
export const ENTRIES_LISTED_MAX = 20_000;
const COMPRESSED_TWIN = '.json.zst';

/** One line of a listing. */
export interface ListedEntry {
  readonly name: string;
  readonly type: 'directory' | 'file';
  readonly sizeBytes?: number;
}

/** What a directory of the public folder holds, directories first, by name. */
export async function listDirectory(dir: string): Promise<readonly ListedEntry[]> {
  const found = (await readdir(dir, { withFileTypes: true }))
    .filter((entry) => isServableName(entry.name) && !entry.name.endsWith(COMPRESSED_TWIN))
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .slice(0, ENTRIES_LISTED_MAX);
  const entries: ListedEntry[] = [];
  for (const entry of found) {
    if (entry.isDirectory()) {
      entries.push({ name: entry.name, type: 'directory' });
      continue;
    }
    const { size } = await stat(join(dir, entry.name));
    entries.push({ name: entry.name, type: 'file', sizeBytes: size });
  }
  return inOrder(entries);
}

/** Directories first, by name. */
export function inOrder(entries: readonly ListedEntry[]): readonly ListedEntry[] {
  return [...entries].sort((a, b) => compareText(a.type, b.type) || compareText(a.name, b.name));
}

/** The listing as a page that needs nothing else. */
export function listingPage(path: string, entries: readonly ListedEntry[]): string {
  const title = escapeHtml(path);
  const rows = entries.map(({ name, type, sizeBytes }) => {
    const slash = type === 'directory' ? '/' : '';
    const href = `${encodeURIComponent(name)}${slash}`;
    return `<tr><td><a href="./${href}">${escapeHtml(name)}${slash}</a></td><td>${sizeBytes ?? ''}</td></tr>`;
  });
  const up = path === '/' ? '' : '<tr><td><a href="../">../</a></td><td></td></tr>';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:1rem auto;max-width:60rem;padding:0 1rem}
td{padding:.1rem 1rem .1rem 0;overflow-wrap:anywhere}td+td{text-align:right;font-variant-numeric:tabular-nums}
</style></head><body><h1>${title}</h1><table>${up}${rows.join('\n')}</table></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
