import { NavLink } from 'react-router';
import { differencePath, versionsPath } from './channel-paths.js';

/** The way between the pages about one channel. */
export function ChannelNav({ channel }: { readonly channel: string }) {
  const packages = `/channels?${new URLSearchParams({ channel }).toString()}`;
  return (
    <nav className="tabs" aria-label={`Channel ${channel}`}>
      <NavLink to={packages} end>
        Packages
      </NavLink>
      <NavLink to={versionsPath(channel)}>Versions</NavLink>
      <NavLink to={differencePath(channel)}>Compare</NavLink>
    </nav>
  );
}
