import { action, continued, requireFile, type Actions, type Definitions } from './macro-set.js';

const AUTOTOOLS = ['binary(autoconf)', 'binary(automake)'];
const WITH_AUTOPOINT = [...AUTOTOOLS, 'binary(autopoint)'];

function configureWith(shell: 'dash' | 'bash', macro: string): string[] {
  const path = `/usr/bin/${shell}`;
  return [
    requireFile('-x', './configure', macro),
    `CONFIG_SHELL="${path}" SHELL="${path}" ${path} ./configure %(options_configure)`,
  ];
}

/** Autotools and make. */
export const AUTOTOOLS_ACTIONS: Actions = {
  configure: action(configureWith('dash', 'configure'), AUTOTOOLS),
  configure_with_bash: action(configureWith('bash', 'configure_with_bash'), AUTOTOOLS),
  reconfigure: action(['autoreconf -vfi', '%configure'], WITH_AUTOPOINT),
  reconfigure_with_bash: action(['autoreconf -vfi', '%configure_with_bash'], WITH_AUTOPOINT),
  autogen: action(['NOCONFIGURE=1 ./autogen.sh', '%configure'], WITH_AUTOPOINT),
  autogen_with_bash: action(['NOCONFIGURE=1 ./autogen.sh', '%configure_with_bash'], WITH_AUTOPOINT),
  make: action(['make VERBOSE=1 -j "%(jobs)"'], ['binary(make)']),
  make_no_verbose: action(['make -j "%(jobs)"'], ['binary(make)']),
  make_install: action(['%make install DESTDIR="%(installroot)"'], ['binary(make)']),
};

export const AUTOTOOLS_DEFINITIONS: Definitions = {
  options_configure: continued(
    '--prefix="%(prefix)"',
    '--bindir="%(bindir)"',
    '--sbindir="%(sbindir)"',
    '--build="%(build_platform)"',
    '--host="%(host_platform)"',
    '--libdir="%(libdir)"',
    '--mandir="%(mandir)"',
    '--infodir="%(infodir)"',
    '--datadir="%(datadir)"',
    '--sysconfdir="%(sysconfdir)"',
    '--localstatedir="%(localstatedir)"',
    '--sharedstatedir="%(sharedstatedir)"',
    '--libexecdir="%(libexecdir)"',
  ),
};
