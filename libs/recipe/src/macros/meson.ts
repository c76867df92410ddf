import { action, continued, requireFile, type Actions, type Definitions } from './macro-set.js';

const MESON = ['binary(cmake)', 'binary(meson)', 'binary(pkgconf)'];
const NINJA = ['binary(ninja)'];

/** Meson and ninja. */
export const MESON_ACTIONS: Actions = {
  meson: action(
    [requireFile('-e', './meson.build', 'meson'), 'meson setup %(options_meson) "%(builddir)"'],
    MESON,
  ),
  meson_unity: action(['%meson --unity=on'], MESON),
  meson_build: action(['meson compile --verbose -j "%(jobs)" -C "%(builddir)"'], ['binary(meson)']),
  meson_install: action(
    ['DESTDIR="%(installroot)" meson install --no-rebuild -C "%(builddir)"'],
    ['binary(meson)'],
  ),
  meson_test: action(
    ['meson test --no-rebuild --print-errorlogs --verbose -C "%(builddir)"'],
    ['binary(meson)'],
  ),
  ninja: action(['ninja %(ninja_common)'], NINJA),
  ninja_install: action(['DESTDIR="%(installroot)" ninja %(ninja_common) install'], NINJA),
  ninja_test: action(['ninja %(ninja_common) test'], NINJA),
};

export const MESON_DEFINITIONS: Definitions = {
  options_meson: continued(
    '--buildtype=plain',
    '--prefix="%(prefix)"',
    '--libdir="lib%(libsuffix)"',
    '--bindir="%(bindir)"',
    '--sbindir="%(sbindir)"',
    '--libexecdir="lib%(libsuffix)/%(name)"',
    '--includedir="%(includedir)"',
    '--datadir="%(datadir)"',
    '--mandir="%(mandir)"',
    '--infodir="%(infodir)"',
    '--localedir="%(localedir)"',
    '--sysconfdir="%(sysconfdir)"',
    '--localstatedir="%(localstatedir)"',
    '--wrap-mode=nodownload',
  ),
  ninja_common: '-v -j "%(jobs)" -C "%(builddir)"',
};
