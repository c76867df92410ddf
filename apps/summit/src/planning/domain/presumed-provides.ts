/**
 * What a source without a manifest, never built before, presumably provides, by its name: `libgreet` → `pkgconfig(greet)`
 * and the like. Only the order of building leans on it; a wrong guess costs a wait, never a wrong build.
 */
export function presumedProvides(source: string): string[] {
  const stems = new Set([
    source,
    source.replace(/^lib/, ''),
    source.replace(/^python-/, ''),
    source.replace(/[0-9.]+$/, ''),
  ]);
  stems.delete('');
  const names = [...stems];
  return [
    ...[`${source}-devel`, `${source}-libs`].map((name) => `name(${name})`),
    ...names.flatMap((name) => [`pkgconfig(${name})`, `cmake(${name})`, `binary(${name})`]),
    ...(source.startsWith('python-') ? [`python(${source.slice('python-'.length)})`] : []),
  ];
}
