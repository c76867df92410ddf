/** What a package offers or asks for: canonical text `kind(target)`, e.g. `pkgconfig(zlib)` or `name(bash)`. */
export type Capability = string;

const CLOSING_PARENTHESIS = 41;

/** The canonical text of a dependency string: a bare `x` means `name(x)`, everything else is kept as it is. */
export function canonicalCapability(text: string): Capability {
  const isCanonical =
    text.charCodeAt(text.length - 1) === CLOSING_PARENTHESIS && text.indexOf('(') > 0;
  return isCanonical ? text : nameCapability(text);
}

/** The capability that a package of this name offers without saying so. */
export function nameCapability(packageName: string): Capability {
  return `name(${packageName})`;
}

/** What stands between the first and the last parenthesis; the target may hold parentheses itself. */
export function targetOf(capability: Capability): string {
  return capability.slice(capability.indexOf('(') + 1, -1);
}
