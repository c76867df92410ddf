import { basename, dirname } from 'node:path';
import { expect, it } from 'vitest';
import { productFiles, readText, treeFiles } from './source-tree.ts';

const CATCH_ALL_FOLDERS = /(^|\/)(shared|common|utils?|helpers?|misc|core|managers?)(\/|$)/;
const CATCH_ALL_FILES = /^(types|utils?|helpers?|common|shared|misc|constants|manager)\.tsx?$/;
const CATCH_ALL_SUFFIXES = /\.(utils?|helpers?|common|misc|manager)\.tsx?$/;
const LIBRARY_ROOT = /^libs\/[^/]+\/src\/index\.ts$/;

const ours = (): readonly string[] =>
  treeFiles().filter(
    (file) => /^(apps|libs|e2e|tools)\//.test(file) && /\.(m?[jt]sx?)$/.test(file),
  );

it('has index.ts at the roots of libraries only', () => {
  const doors = ours().filter((file) => /^index\.(m?[jt]sx?)$/.test(basename(file)));
  expect(doors.filter((file) => !LIBRARY_ROOT.test(file))).toEqual([]);
});

it('names no folder or file after everything and nothing', () => {
  const vague = ours().filter(
    (file) =>
      CATCH_ALL_FOLDERS.test(dirname(file)) ||
      CATCH_ALL_FILES.test(basename(file)) ||
      CATCH_ALL_SUFFIXES.test(basename(file)),
  );
  expect(vague).toEqual([]);
});

it('names files in kebab-case, so that no blank hides a test', () => {
  const odd = ours().filter((file) => !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(basename(file)));
  expect(odd).toEqual([]);
});

it('ties no knot with forwardRef', () => {
  expect(productFiles().filter((file) => readText(file).includes('forwardRef'))).toEqual([]);
});

it('exports nothing by default from product code', () => {
  const isDefault = (file: string): boolean => /^export default /m.test(readText(file));
  expect(productFiles().filter(isDefault)).toEqual([]);
});
