import { expect, it } from 'vitest';
import { productFiles, readText } from './source-tree.ts';

const DOCUMENT = 'docs/protocol/errors.md';
/** In a table of classes: 'build.phase-failed': 'recipe', */
const CLASS_ENTRY = /^ {2}'([a-z]+\.[a-z-]+)': '([a-z]+)',$/gm;
/** In the document: | recipe | `build.phase-failed` | … */
const ROW = /^\|\s*([a-z]+)\s*\|\s*`([a-z]+\.[a-z-]+)`/gm;
const SOURCES = [
  'libs/executor/src/failure.ts',
  'apps/avalanche/src/workspace/domain/git-failure.ts',
];

const documented = new Map(
  [...readText(DOCUMENT).matchAll(ROW)].map(([, group, code]) => [code ?? '', group ?? '']),
);
const classes = new Map(
  SOURCES.flatMap((file) => [...readText(file).matchAll(CLASS_ENTRY)]).map(([, code, group]) => [
    code ?? '',
    group ?? '',
  ]),
);

it('documents every failure code of executor and checkout with its class', () => {
  expect(classes.size).toBeGreaterThan(35);
  const wrong = [...classes].filter(([code, group]) => documented.get(code) !== group);
  expect(wrong).toEqual([]);
});

it('documents no failure code that does not exist', () => {
  const texts = productFiles()
    .filter((file) => /^(apps\/(summit|avalanche)|libs\/executor)\/src\//.test(file))
    .map((file) => readText(file));
  const unknown = [...documented.keys()]
    .filter((code) => !classes.has(code))
    .filter((code) => !texts.some((text) => text.includes(`'${code}'`)));
  expect(unknown).toEqual([]);
});

it('documents every failure that a builder finds by itself', () => {
  const own = productFiles()
    .filter((file) => /^apps\/(summit|avalanche)\/src\//.test(file))
    .flatMap((file) => [...readText(file).matchAll(/code: '(builder\.[a-z-]+)'/g)])
    .map(([, code]) => code ?? '');
  expect(own.length).toBeGreaterThan(5);
  // The others are answers to requests, and in the first table.
  const answers = readText('libs/contracts/src/error-codes.ts');
  const missing = own.filter((code) => !documented.has(code) && !answers.includes(`'${code}'`));
  expect(missing).toEqual([]);
});
