import type { SourceNode } from './source-node.js';

/** What one source's build needs without saying so. */
export interface ImpliedDepends {
  /** Of the toolchain that it chose. */
  readonly base: readonly string[];
  /** Of the macros that its phases use. */
  readonly macros: readonly string[];
}

/** What stands in every build root of boulder, whatever the recipe says. */
export const BASE_ROOT: readonly string[] = [
  'bash',
  'boulder',
  'coreutils',
  'dash',
  'diffutils',
  'findutils',
  'gawk',
  'glibc-devel',
  'grep',
  'layout',
  'libarchive',
  'linux-headers',
  'os-info',
  'pkgconf',
  'sed',
  'util-linux',
  'binary(git)',
  'binary(hx)',
  'binary(less)',
  'binary(nano)',
  'binary(ps)',
  'binary(rg)',
  'binary(vim)',
];

/** The node with the implied dependencies added: those of macros, and of the base root too when asked for. */
export function withImplied(
  node: SourceNode,
  implied: ImpliedDepends | undefined,
  parts: { readonly baseRoot: boolean },
): SourceNode {
  const base = parts.baseRoot ? [...BASE_ROOT, ...(implied?.base ?? [])] : [];
  return { ...node, buildDepends: [...node.buildDepends, ...(implied?.macros ?? []), ...base] };
}
