import { type Profile } from '../../projects/project.store.js';

type Published = Pick<Profile, 'name' | 'architecture' | 'channel' | 'stream' | 'remotes'>;

/** For each profile of a project the others that publish to one of its remotes, the remote of the highest priority first. */
export function profileRemotes(profiles: readonly Published[]): Map<string, readonly string[]> {
  return new Map(profiles.map((profile) => [profile.name, othersSeenBy(profile, profiles)]));
}

function othersSeenBy(profile: Published, profiles: readonly Published[]): string[] {
  const others = profile.remotes
    .toSorted((left, right) => right.priority - left.priority)
    .flatMap((remote) => ('channel' in remote ? [remote] : []))
    .flatMap(({ channel, stream }) =>
      profiles.filter(
        (other) =>
          other.name !== profile.name &&
          other.architecture === profile.architecture &&
          other.channel === channel &&
          other.stream === stream,
      ),
    );
  return [...new Set(others.map(({ name }) => name))];
}
