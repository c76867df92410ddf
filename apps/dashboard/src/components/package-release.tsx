import { type PackageView } from '@cairn/contracts';

type Released = Pick<PackageView, 'version' | 'sourceRelease' | 'buildRelease'>;

/** `version-release-build`. */
export function releaseText({ version, sourceRelease, buildRelease }: Released): string {
  return `${version}-${sourceRelease}-${buildRelease}`;
}

/** Which release of a package something is. */
export function PackageRelease({ item }: { readonly item: Released }) {
  return <span className="version">{releaseText(item)}</span>;
}
