import type { ChannelAction } from '@cairn/contracts';

/** Names of the channels that an action is about, sorted: locked in this order, rivals never wait for each other in a circle. */
export function channelsOf(action: ChannelAction): readonly string[] {
  const names =
    action.kind === 'promote'
      ? [action.from.channel, ...action.to.map(({ channel }) => channel)]
      : [action.channel];
  return [...new Set(names)].sort();
}
