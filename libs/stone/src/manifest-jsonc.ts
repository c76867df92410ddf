import { sortedUnique } from './compare-text.js';
import { formatDependency } from './dependency.js';
import { writtenProvides } from './package-records.js';
import type { StonePackage } from './stone-package.js';

const FIRST_LINE = '/** Human readable report. This is not consumed by boulder */';
const MANIFEST_VERSION = '0.2';
const USR = '/usr/';

/** One package of the readable manifest: names and lists as texts, `files` below /usr without a leading slash. */
export interface ManifestReportPackage {
  readonly name: string;
  readonly buildDepends: readonly string[];
  readonly depends: readonly string[];
  readonly provides: readonly string[];
  readonly files: readonly string[];
}

/** What `manifest.<arch>.jsonc` says of one source package. */
export interface ManifestReport {
  readonly sourceName: string;
  readonly sourceRelease: number;
  readonly sourceVersion: string;
  readonly packages: readonly ManifestReportPackage[];
}

/**
 * The readable twin of a build manifest, `manifest.<arch>.jsonc`, byte for byte. `buildDepends` and `depends` are raw
 * texts, so a bare name of the recipe stays bare.
 */
export function manifestJsonc(report: ManifestReport): string {
  const byName = new Map(report.packages.map((reported) => [reported.name, reported]));
  const packages = sortedUnique(byName.keys()).flatMap((name) => {
    const reported = byName.get(name);
    return reported === undefined ? [] : [entry(2, name, renderPackage(reported))];
  });
  const members = [
    entry(1, 'manifest-version', quote(MANIFEST_VERSION)),
    entry(1, 'packages', block('{}', 1, packages)),
    entry(1, 'source-name', quote(report.sourceName)),
    entry(1, 'source-release', quote(String(report.sourceRelease))),
    entry(1, 'source-version', quote(report.sourceVersion)),
  ];
  return `${FIRST_LINE}\n${block('{}', 0, members)}\n`;
}

/** The report’s view of a package; bare texts may be given in place of the parsed dependencies. */
export function manifestReportPackage(
  stonePackage: StonePackage,
  extras: {
    readonly files: readonly string[];
    readonly buildDepends?: readonly string[];
    readonly depends?: readonly string[];
  },
): ManifestReportPackage {
  return {
    name: stonePackage.name,
    buildDepends: extras.buildDepends ?? stonePackage.buildDepends.map(formatDependency),
    depends: extras.depends ?? stonePackage.depends.map(formatDependency),
    provides: writtenProvides(stonePackage).map(formatDependency),
    files: extras.files,
  };
}

function renderPackage(reported: ManifestReportPackage): string {
  const files = reported.files.map((path) => `${USR}${path}`);
  return block('{}', 2, [
    ...list('build-depends', reported.buildDepends),
    ...list('depends', reported.depends),
    ...list('files', files),
    entry(3, 'name', quote(reported.name)),
    ...list('provides', reported.provides),
  ]);
}

function list(key: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const elements = sortedUnique(texts).map((text) => `${tabs(4)}${quote(text)}`);
  return [entry(3, key, block('[]', 3, elements))];
}

function entry(depth: number, key: string, value: string): string {
  return `${tabs(depth)}${quote(key)}: ${value}`;
}

/** Brackets around lines; nothing between them when there are none. */
function block(brackets: '{}' | '[]', depth: number, lines: readonly string[]): string {
  const [open, close] = brackets;
  return lines.length === 0 ? brackets : `${open}\n${lines.join(',\n')}\n${tabs(depth)}${close}`;
}

function tabs(depth: number): string {
  return '\t'.repeat(depth);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
