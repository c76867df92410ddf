import { lastUrlSegment } from '../recipe-names.js';
import { type Recipe, type Upstream } from '../recipe.js';
import { type UpstreamPlacement } from './build-plan.js';

const STRIP_COMPONENTS_DEFAULT = 1;

/** Where the prepare phase finds each upstream and where it puts it. */
export function placeUpstreams(recipe: Recipe): UpstreamPlacement[] {
  return recipe.upstreams.map(placeUpstream);
}

/** The directory the phases after prepare start in, relative to the build directory; null for the directory itself. */
export function workSubdirectory(upstreams: readonly UpstreamPlacement[]): string | null {
  return upstreams.find(({ directory }) => directory !== null)?.directory ?? null;
}

function placeUpstream(upstream: Upstream): UpstreamPlacement {
  const { url } = upstream;
  switch (upstream.kind) {
    case 'plain': {
      const sourceName = upstream.rename ?? lastUrlSegment(url);
      const directory = upstream.unpack ? (upstream.unpackDir ?? sourceName) : null;
      const stripComponents = upstream.stripDirs ?? STRIP_COMPONENTS_DEFAULT;
      return { kind: 'plain', url, sourceName, directory, stripComponents };
    }
    case 'git': {
      const sourceName = lastUrlSegment(url);
      const directory = upstream.cloneDir ?? sourceName;
      return { kind: 'git', url, sourceName, directory, stripComponents: 0 };
    }
  }
}

/** The shell text of the prepare phase. */
export function prepareText(
  upstreams: readonly UpstreamPlacement[],
  { sources, archiveTool }: { sources: string; archiveTool: string },
): string {
  const lines = upstreams.flatMap((upstream) => {
    if (upstream.directory === null) return [];
    const directory = shellQuote(upstream.directory);
    const source = shellQuote(`${sources}/${upstream.sourceName}`);
    const strip = `--strip-components=${upstream.stripComponents}`;
    return [
      `mkdir -p -- ${directory}`,
      upstream.kind === 'git'
        ? `cp -a --no-preserve=ownership -- ${source}/. ${directory}/`
        : `${shellQuote(archiveTool)} -x -f ${source} -C ${directory} ${strip} --no-same-owner`,
    ];
  });
  return lines.length === 0 ? ':' : lines.join('\n');
}

/** A word that the shell takes as it is. */
function shellQuote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll(`'`, `'\\''`)}'`;
}
