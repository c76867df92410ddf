import path from 'node:path';
import { type Dependency, type DependencyKind } from '@cairn/stone';
import { type ElfFacts } from './elf.js';
import { requiredModules } from './pkg-config-file.js';
import { type MarkerEnvironment } from './python-markers.js';
import { readPythonMetadata } from './python-metadata.js';

/** One installed path with what was read from it. */
export interface AnalysedPath {
  /** `/usr/…` */
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'directory';
  /** Set for regular ELF files. */
  readonly elf?: ElfFacts | undefined;
  /** Set for the texts that `wantsText` names. */
  readonly text?: string | undefined;
}

/** What one path gives and needs. */
export interface Findings {
  readonly provides: readonly Dependency[];
  readonly depends: readonly Dependency[];
}

/** Answers about the rest of the system. Paths are absolute as on the target. */
export interface AnalysisContext {
  /** Whether a file exists in the install root or in the build root. */
  readonly exists: (path: string) => boolean;
  /** The host's own library folder, such as `/usr/lib/x86_64-linux-gnu`; it counts as `/usr/lib`. */
  readonly hostLibDir: string | undefined;
  /** What the requirements of Python modules are judged by. */
  readonly python: MarkerEnvironment;
}

const NOTHING: Findings = { provides: [], depends: [] };

/** Whether a path stays out of every package: outside `/usr`, and libtool archives when they are dropped. */
export function isIgnored(at: string, options: { readonly dropLibtool: boolean }): boolean {
  if (!at.startsWith('/usr/')) return true;
  return options.dropLibtool && /^\/usr\/lib(?:32)?\/.*\.la$/.test(at);
}

/** Whether the analysers read the text of a file. */
export function wantsText(at: string): boolean {
  return isPkgConfig(at) || isPythonMetadata(at);
}

/** Everything that the analysers find out about one path. */
export function analysePath(entry: AnalysedPath, context: AnalysisContext): Findings {
  const named = analyseName(entry.path);
  if (entry.kind !== 'file') return named;
  if (entry.elf !== undefined) return join(named, analyseElf(entry.path, entry.elf, context));
  if (isPkgConfig(entry.path)) return join(named, analysePkgConfig(entry, context));
  if (isPythonMetadata(entry.path)) return join(named, analysePython(entry, context));
  return join(named, analyseCMake(entry.path));
}

function analyseName(at: string): Findings {
  if (at.startsWith('/usr/bin/')) return provides('binary', path.posix.basename(at));
  if (at.startsWith('/usr/sbin/')) return provides('sysbinary', path.posix.basename(at));
  return NOTHING;
}

function analyseElf(at: string, elf: ElfFacts, context: AnalysisContext): Findings {
  if (at.endsWith('.debug') && at.split('/').includes('debug')) return NOTHING;
  const needed = elf.needed.map((name) =>
    dependency('soname', `${locate({ at, name, elf, context })}(${elf.isa})`),
  );
  const interpreter =
    elf.interpreter === undefined
      ? []
      : [dependency('interpreter', `${elf.interpreter}(${elf.isa})`)];
  const offered =
    path.posix.basename(at).includes('.so') && elf.type === 'shared'
      ? [dependency('soname', `${offeredName(at, elf)}(${elf.isa})`)]
      : [];
  return { provides: offered, depends: [...needed, ...interpreter] };
}

/** The spelling of a needed library: below which directory of the library folder it was found. */
function locate(order: {
  readonly at: string;
  readonly name: string;
  readonly elf: ElfFacts;
  readonly context: AnalysisContext;
}): string {
  const { at, name, elf, context } = order;
  const ownDir = path.posix.dirname(at);
  const dirs = [
    ownDir,
    ...elf.runPaths.map((entry) =>
      path.posix.normalize(entry.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, ownDir)),
    ),
  ];
  const found = dirs.find(
    (dir) => dir.startsWith('/') && context.exists(path.posix.join(dir, name)),
  );
  if (found === undefined || found.replace(/\/$/, '') === context.hostLibDir) return name;
  return path.posix.join(found, name).split('/').slice(3).join('/');
}

function offeredName(at: string, elf: ElfFacts): string {
  const name = elf.soname ?? path.posix.basename(at);
  const between = at.split('/').slice(3, -1);
  return [...between, name].join('/');
}

function analysePkgConfig(entry: AnalysedPath, context: AnalysisContext): Findings {
  const kindOf = (module: string): DependencyKind => {
    if (!entry.path.split('/').includes('lib32')) return 'pkgconfig';
    const beside = [path.posix.dirname(entry.path), '/usr/lib32/pkgconfig'];
    return beside.some((dir) => context.exists(`${dir}/${module}.pc`))
      ? 'pkgconfig32'
      : 'pkgconfig';
  };
  const kind = entry.path.split('/').includes('lib32') ? 'pkgconfig32' : 'pkgconfig';
  const modules = requiredModules(entry.text ?? '');
  return {
    provides: [dependency(kind, path.posix.basename(entry.path, '.pc'))],
    depends: modules.map((module) => dependency(kindOf(module), module)),
  };
}

function analysePython(entry: AnalysedPath, { python }: AnalysisContext): Findings {
  const metadata = readPythonMetadata(entry.text ?? '', python);
  if (metadata === undefined) return NOTHING;
  return {
    provides: [dependency('python', metadata.name)],
    depends: metadata.requires.map((name) => dependency('python', name)),
  };
}

function analyseCMake(at: string): Findings {
  const file = path.posix.basename(at);
  if (file.endsWith('-Config.cmake')) return NOTHING;
  const name = /^(.+?)(?:-config|Config)\.cmake$/.exec(file)?.[1];
  return name === undefined ? NOTHING : provides('cmake', name);
}

function isPkgConfig(at: string): boolean {
  return at.endsWith('.pc') && at.split('/').includes('pkgconfig');
}

function isPythonMetadata(at: string): boolean {
  return /\.dist-info\/(?:.*\/)?METADATA$/.test(at) || /\.egg-info\/(?:.*\/)?PKG-INFO$/.test(at);
}

function provides(kind: DependencyKind, name: string): Findings {
  return { provides: [dependency(kind, name)], depends: [] };
}

function join(a: Findings, b: Findings): Findings {
  return { provides: [...a.provides, ...b.provides], depends: [...a.depends, ...b.depends] };
}

function dependency(kind: DependencyKind, name: string): Dependency {
  return { kind, name };
}
