import { type ChannelView } from '@cairn/contracts';
import { firstVersionOf } from './channel-address.js';

/** Two versions to compare, as `stream/<name>`, `tag/<name>` or `history/<id>`. */
export interface VersionPair {
  readonly from: string;
  readonly to: string;
}

/** What was chosen; where nothing was, the step to where the first stream is. Undefined without any version. */
export function pairToCompare(
  channel: ChannelView,
  chosen: { readonly from: string | undefined; readonly to: string | undefined },
): VersionPair | undefined {
  const to = chosen.to ?? firstVersionOf(channel);
  if (to === undefined) return undefined;
  return { from: chosen.from ?? versionBefore(channel, to), to };
}

/** The listed version before the one that is meant; itself when there is none. */
function versionBefore(channel: ChannelView, version: string): string {
  const [kind, name] = version.split('/');
  const pointers = kind === 'stream' ? channel.streams : channel.tags;
  const history = kind === 'history' ? name : pointers.find((each) => each.name === name)?.history;
  const at = channel.versions.findIndex((each) => each.history === history);
  const before = at < 0 ? undefined : channel.versions[at + 1];
  return before === undefined ? version : `history/${before.history}`;
}
