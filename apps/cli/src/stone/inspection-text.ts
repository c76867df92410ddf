import type { Description } from '@cairn/stone';
import type { Screen } from '../output/screen.js';
import { tableLines, type Column } from '../output/table.js';
import { counted, humanSize, printable } from './printable.js';

const LIST_TAGS = new Set(['license', 'depends', 'provides', 'conflicts', 'build-depends']);
const SIZE_TAGS = new Set(['package-size']);
const LABEL_WIDTH = 15;
const NEXT_LINE = `\n${' '.repeat(LABEL_WIDTH)}`;
/** Payloads and paths that are listed for people. */
const ROWS_SHOWN_MAX = 40;
/** Packages of an index that are listed, and entries of each list of one package. */
const PACKAGES_SHOWN_MAX = 200;
const LIST_SHOWN_MAX = 200;

/** What `inspect` prints for people: the packages in words, then payloads, then paths. */
export function inspectionText(inspected: Description, screen: Screen): string {
  const payloads = listOf(inspected['payloads']);
  const metas = payloads.filter(({ kind }) => kind === 'meta');
  const paths = payloads.flatMap(({ kind, records }) => (kind === 'layout' ? listOf(records) : []));
  const sections = [
    headLines(inspected, screen),
    metas.length === 1 ? metas.flatMap((meta) => packageLines(meta, screen)) : [],
    metas.length > 1 ? packageTable(metas, screen) : [],
    payloads.length > 0 ? payloadTable(payloads, screen) : [],
    paths.length > 0 ? pathLines(paths, screen) : [],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function headLines(inspected: Description, { paint }: Screen): string[] {
  const header = inspected['header'] as Description;
  const facts = [textOf(header['file_type']), humanSize(Number(inspected['size']))];
  if (header['num_payloads'] === 0) facts.push('no payloads');
  const trailing = Number(inspected['trailing_bytes']);
  const name = paint('bold', printable(textOf(inspected['file'])));
  return [
    [name, ...facts].join(' · '),
    label('sha256', textOf(inspected['sha256']), paint),
    ...(trailing > 0 ? [paint('red', `${counted(trailing, 'byte')} behind the last payload`)] : []),
  ];
}

function packageLines(meta: Description, { paint }: Screen): string[] {
  const lists = new Map<string, string[]>();
  const lines: string[] = [];
  for (const record of listOf(meta['records'])) {
    const tag = textOf(record['tag']);
    const text = printableLines(textOf(record['text'] ?? record['value']));
    if (LIST_TAGS.has(tag)) {
      const texts = lists.get(tag) ?? [];
      texts.push(text);
      lists.set(tag, texts);
    } else lines.push(label(tag, SIZE_TAGS.has(tag) ? humanSize(Number(text)) : text, paint));
  }
  for (const [tag, texts] of lists) {
    const shown = [...texts.slice(0, LIST_SHOWN_MAX), ...more(texts, LIST_SHOWN_MAX)];
    lines.push(label(tag, shown.join(NEXT_LINE), paint));
  }
  return lines;
}

const PACKAGE_COLUMNS: readonly Column<Description>[] = [
  { title: 'Package', cell: (meta) => valueOf(meta, 'name') },
  {
    title: 'Version',
    cell: (meta) =>
      ['version', 'release', 'build-release'].map((tag) => valueOf(meta, tag)).join('-'),
  },
  { title: 'Architecture', cell: (meta) => valueOf(meta, 'architecture') },
  { title: 'Summary', cell: (meta) => valueOf(meta, 'summary'), isFlexible: true },
];

function packageTable(metas: readonly Description[], screen: Screen): string[] {
  const table = { columns: PACKAGE_COLUMNS, empty: '' };
  const lines = tableLines(screen, table, metas.slice(0, PACKAGES_SHOWN_MAX));
  return [...lines, ...more(metas, PACKAGES_SHOWN_MAX)];
}

const PAYLOAD_COLUMNS: readonly Column<Description>[] = [
  { title: 'Payload', cell: ({ kind }) => textOf(kind) },
  { title: 'Offset', cell: ({ header_offset: offset }) => textOf(offset), isRight: true },
  { title: 'Stored', cell: ({ stored_size: size }) => humanSize(Number(size)), isRight: true },
  { title: 'Unpacked', cell: ({ plain_size: size }) => humanSize(Number(size)), isRight: true },
  { title: 'Records', cell: ({ num_records: count }) => textOf(count), isRight: true },
  {
    title: 'Checksum',
    cell: ({ checksum, checksum_ok: isGood }) =>
      isGood === true
        ? { text: `${textOf(checksum)} good`, style: undefined }
        : { text: `${textOf(checksum)} WRONG`, style: 'red' },
  },
];

function payloadTable(payloads: readonly Description[], screen: Screen): string[] {
  const table = { columns: PAYLOAD_COLUMNS, empty: '' };
  const lines = tableLines(screen, table, payloads.slice(0, ROWS_SHOWN_MAX));
  return [...lines, ...more(payloads, ROWS_SHOWN_MAX)];
}

function pathLines(records: readonly Description[], { paint }: Screen): string[] {
  const lines = records.slice(0, ROWS_SHOWN_MAX).map((record) => {
    const link = record['source'] === undefined ? '' : ` → ${printable(textOf(record['source']))}`;
    const mode = textOf(record['mode_octal']).padStart(7);
    return `${paint('dim', mode)}  ${printable(textOf(record['target']))}${paint('cyan', link)}`;
  });
  const title = paint('bold', `${counted(records.length, 'path')} below /usr`);
  return [title, ...lines, ...more(records, ROWS_SHOWN_MAX)];
}

function more(items: readonly unknown[], shownMax: number): string[] {
  const hidden = items.length - shownMax;
  return hidden > 0 ? [`… and ${hidden.toLocaleString('en')} more (--json shows all)`] : [];
}

function valueOf(meta: Description, tag: string): string {
  const record = listOf(meta['records']).find((each) => each['tag'] === tag);
  return record === undefined ? '?' : textOf(record['value']);
}

function label(name: string, text: string, paint: Screen['paint']): string {
  return `${paint('dim', name.padEnd(LABEL_WIDTH))}${text}`;
}

function listOf(value: unknown): readonly Description[] {
  return Array.isArray(value) ? (value as readonly Description[]) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join(NEXT_LINE);
}
