import { NavLink } from 'react-router';
import { differencePath, packagesPath, versionsPath } from './channel-paths.js';

/** The way between the pages about one channel. */
export function ChannelNav({ channel }: { readonly channel: string }) {
  return (
    <nav className="tabs" aria-label={`Channel ${channel}`}>
      <NavLink to={packagesPath(channel)} end>
        Packages
      </NavLink>
      <NavLink to={versionsPath(channel)}>Versions</NavLink>
      <NavLink to={differencePath(channel)}>Compare</NavLink>
    </nav>
  );
}
