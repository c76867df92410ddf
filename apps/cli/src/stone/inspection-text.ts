import type { Description } from '@cairn/stone';
import { counted, humanSize, printable } from './printable.js';

const LIST_TAGS = new Set(['license', 'depends', 'provides', 'conflicts', 'build-depends']);
const LABEL_WIDTH = 15;
const NEXT_LINE = `\n${' '.repeat(LABEL_WIDTH)}`;
const PATHS_SHOWN_MAX = 40;

/** What `inspect` prints for people: the packages in words, then payloads, then paths. */
export function inspectionText(inspected: Description): string {
  const payloads = listOf(inspected['payloads']);
  const header = inspected['header'] as Description;
  const head = [
    `${printable(textOf(inspected['file']))} · ${textOf(header['file_type'])} · ${humanSize(Number(inspected['size']))}`,
    label('sha256', textOf(inspected['sha256'])),
  ];
  const metas = payloads.filter(({ kind }) => kind === 'meta');
  const packages = metas.length === 1 ? metas.map(packageText) : metas.map(packageLine);
  const paths = payloads.flatMap((payload) =>
    payload['kind'] === 'layout' ? listOf(payload['records']) : [],
  );
  const sections = [
    head.join('\n'),
    packages.join('\n'),
    ['Payloads', ...payloads.slice(0, PATHS_SHOWN_MAX).map(payloadLine), ...more(payloads)].join(
      '\n',
    ),
    paths.length === 0
      ? ''
      : [`Paths below /usr`, ...paths.slice(0, PATHS_SHOWN_MAX).map(pathLine), ...more(paths)].join(
          '\n',
        ),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function packageText(meta: Description): string {
  const lists = new Map<string, string[]>();
  const lines: string[] = [];
  for (const record of listOf(meta['records'])) {
    const tag = textOf(record['tag']);
    const text = printableLines(textOf(record['text'] ?? record['value']));
    if (LIST_TAGS.has(tag)) lists.set(tag, [...(lists.get(tag) ?? []), text]);
    else lines.push(label(tag, text));
  }
  for (const [tag, texts] of lists) lines.push(label(tag, texts.join(NEXT_LINE)));
  return lines.join('\n');
}

function packageLine(meta: Description): string {
  const records = listOf(meta['records']);
  const valueOf = (tag: string) => {
    const record = records.find((each) => each['tag'] === tag);
    return record === undefined ? '?' : printable(textOf(record['value']));
  };
  const version = `${valueOf('version')}-${valueOf('release')}-${valueOf('build-release')}`;
  return `${valueOf('name')} ${version} ${valueOf('architecture')} · ${valueOf('summary')}`;
}

function payloadLine(payload: Description): string {
  const sizes = `${humanSize(Number(payload['stored_size']))} stored, ${humanSize(Number(payload['plain_size']))} plain`;
  const checksum = payload['checksum_ok'] === true ? 'checksum ok' : 'CHECKSUM WRONG';
  const records = counted(Number(payload['num_records']), 'record');
  return `  ${textOf(payload['kind']).padEnd(10)} at ${String(payload['header_offset']).padStart(8)}  ${sizes}, ${records}, ${checksum}`;
}

function pathLine(record: Description): string {
  const arrow = record['source'] === undefined ? '' : ` → ${printable(textOf(record['source']))}`;
  return `  ${textOf(record['mode_octal']).padStart(6)}  ${printable(textOf(record['target']))}${arrow}`;
}

function more(items: readonly unknown[]): string[] {
  const hidden = items.length - PATHS_SHOWN_MAX;
  return hidden > 0 ? [`  … and ${hidden} more (use --json to see all)`] : [];
}

function label(name: string, text: string): string {
  return `${name.padEnd(LABEL_WIDTH)}${text}`;
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
