import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const LIST_SIZE_BYTES_MAX = 64 * 1_024 * 1_024;

/** The root of the checkout. */
export const root = resolve(import.meta.dirname, '../..');

let listed: readonly string[] | undefined;

/** All files that git knows or would take up, relative to the root. */
export function treeFiles(): readonly string[] {
  listed ??= listFiles();
  return listed;
}

function listFiles(): readonly string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const list = execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: LIST_SIZE_BYTES_MAX,
  });
  const names = list.split('\0').filter((name) => name !== '');
  return [...new Set(names)].filter((name) => existsSync(join(root, name))).sort();
}

/** Our TypeScript that runs in production: sources of libraries and apps without their tests. */
export function productFiles(): readonly string[] {
  return treeFiles().filter(
    (name) =>
      /^(libs|apps)\/[^/]+\/src\/.*\.tsx?$/.test(name) &&
      !/\.(test|conformance)\.tsx?$/.test(name) &&
      !name.startsWith('libs/testing/') &&
      !/^apps\/dashboard\/src\/testing\//.test(name),
  );
}

export function readText(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** What a file imports, as written; type imports, re-exports and `import()` included. */
export function importsOf(file: string): readonly string[] {
  const { importedFiles } = ts.preProcessFile(readText(file), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}

/** The file of ours that an import means, or undefined when it is somebody else's. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return sourceOf(join(dirname(from), specifier));
  const [, name, entry] = /^@cairn\/([a-z-]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  for (const folder of [`libs/${name}`, `apps/${name}`]) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(join(root, manifest))) continue;
    const { exports } = JSON.parse(readText(manifest)) as {
      exports?: Record<string, Record<string, string>>;
    };
    const source = exports?.[entry === undefined ? '.' : `./${entry}`]?.['@cairn/source'];
    return source === undefined ? undefined : join(folder, source);
  }
  return undefined;
}

function sourceOf(path: string): string | undefined {
  const candidates = [
    path,
    path.replace(/\.js$/, '.ts'),
    path.replace(/\.js$/, '.tsx'),
    path.replace(/\.jsx$/, '.tsx'),
    `${path}.ts`,
    `${path}.tsx`,
  ];
  const found = candidates.find((name) => /\.tsx?$/.test(name) && existsSync(join(root, name)));
  return found === undefined ? undefined : relative(root, join(root, found));
}
