import { useEffect, useRef } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { AccountCorner } from './account-corner.js';
import { LiveState } from './live-state.js';
import { ThemeSwitch } from './theme-switch.js';

const PLACES = [
  { to: '/', word: 'Overview' },
  { to: '/tasks', word: 'Tasks' },
  { to: '/rebuilds', word: 'Rebuilds' },
  { to: '/channels', word: 'Packages' },
  { to: '/builders', word: 'Builders' },
  { to: '/repositories', word: 'Repositories' },
] as const;

/** Frame of every page. A new page begins at its top, and keyboard readers begin at its content. */
export function Layout() {
  const { pathname, hash } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(pathname);
  useEffect(() => {
    if (shownPath.current === pathname) return;
    shownPath.current = pathname;
    main.current?.focus({ preventScroll: true });
    // An address with a place in it is scrolled to by the page that has the place.
    if (hash === '') window.scrollTo(0, 0);
  }, [pathname, hash]);
  return (
    <>
      <a href="#content" className="skip">
        To the content
      </a>
      <header className="top">
        <NavLink to="/" className="mark">
          <img src="/cairn.svg" alt="" width="22" height="22" />
          Cairn
        </NavLink>
        <nav aria-label="Pages">
          {PLACES.map((place) => (
            <NavLink key={place.to} to={place.to} end={place.to === '/'}>
              {place.word}
            </NavLink>
          ))}
        </nav>
        <div className="corner">
          <LiveState />
          <ThemeSwitch />
          <AccountCorner />
        </div>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
