import { expect, it } from 'vitest';
import { FEATURE_ORDER } from './feature-order.ts';
import { importsOf, productFiles, resolveImport } from './source-tree.ts';

function featureOf(app: string, file: string): string | undefined {
  const [folder, ...rest] = file.replace(`apps/${app}/src/`, '').split('/');
  return rest.length === 0 ? undefined : folder;
}

function filesOf(app: string): readonly string[] {
  return productFiles().filter((file) => file.startsWith(`apps/${app}/src/`));
}

it.each(Object.keys(FEATURE_ORDER))('gives every feature of %s a place in the order', (app) => {
  const features = new Set(filesOf(app).flatMap((file) => featureOf(app, file) ?? []));
  const unlisted = [...features].filter((feature) => !FEATURE_ORDER[app]?.includes(feature));
  expect(unlisted, 'add it to tools/tidy/feature-order.ts').toEqual([]);
  expect(new Set(FEATURE_ORDER[app]).size).toBe(FEATURE_ORDER[app]?.length);
});

it.each(Object.keys(FEATURE_ORDER))('lets the features of %s import earlier ones only', (app) => {
  const order = FEATURE_ORDER[app] ?? [];
  const wrong = filesOf(app).flatMap((file) => {
    const from = featureOf(app, file);
    if (from === undefined) return [];
    return importsOf(file)
      .flatMap((specifier) => resolveImport(file, specifier) ?? [])
      .filter((target) => target.startsWith(`apps/${app}/src/`))
      .flatMap((target) => featureOf(app, target) ?? [])
      .filter((feature) => order.indexOf(feature) > order.indexOf(from))
      .map((feature) => `${file} imports ${feature}`);
  });
  expect(wrong).toEqual([]);
});
