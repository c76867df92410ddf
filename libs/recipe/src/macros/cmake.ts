import { action, continued, type Actions, type Definitions } from './macro-set.js';

const NINJA = ['binary(cmake)', 'binary(ninja)'];
const BUILD_DIRECTORY = '"${BUILDDIR:-%(builddir)}"';

/** CMake, plain and with the directory options of Qt and KDE. */
export const CMAKE_ACTIONS: Actions = {
  cmake: action(['cmake %(options_cmake_ninja)'], NINJA),
  cmake_make: action(['cmake %(options_cmake_make)'], ['binary(cmake)', 'binary(make)']),
  cmake_unity: action(['%cmake -DCMAKE_UNITY_BUILD=ON'], NINJA),
  cmake_build: action(
    [`cmake --build ${BUILD_DIRECTORY} --verbose --parallel "%(jobs)"`],
    ['binary(cmake)'],
  ),
  cmake_install: action(
    [`DESTDIR="%(installroot)" cmake --install ${BUILD_DIRECTORY} --verbose`],
    ['binary(cmake)'],
  ),
  cmake_test: action(
    [
      `ctest --test-dir ${BUILD_DIRECTORY} --verbose --parallel "%(jobs)" --output-on-failure --force-new-ctest-process`,
    ],
    ['binary(ctest)'],
  ),
  cmake_qt6: action(
    [
      'if command -v ccache >/dev/null; then cairn_qt_ccache=ON; else cairn_qt_ccache=OFF; fi',
      'cmake %(options_cmake_qt6) -DQT_USE_CCACHE="${cairn_qt_ccache}"',
    ],
    NINJA,
  ),
  cmake_kf6: action(['cmake %(options_cmake_kf6)'], [...NINJA, 'cmake(ECM)']),
  qmake_qt5: action(['qmake %(options_qmake_qt5)'], ['binary(qmake)']),
  qt_user_facing_links: action([
    'cairn_qt_links() {',
    '    while read -r target link; do',
    '        install -d -m 0755 "%(installroot)$(dirname "${link}")"',
    '        ln -s -r "%(installroot)${target}" "%(installroot)${link}"',
    '    done < "${1:-%(builddir)/user_facing_tool_links.txt}"',
    '}',
    'cairn_qt_links',
  ]),
};

export const CMAKE_DEFINITIONS: Definitions = {
  options_cmake: continued(
    '-B "%(builddir)"',
    '-DCMAKE_VERBOSE_MAKEFILE=ON',
    '-DCMAKE_C_FLAGS_RELEASE="-DNDEBUG"',
    '-DCMAKE_CXX_FLAGS_RELEASE="-DNDEBUG"',
    '-DCMAKE_Fortran_FLAGS_RELEASE="-DNDEBUG"',
    '-DCMAKE_BUILD_TYPE=Release',
    '-DCMAKE_INSTALL_DO_STRIP=OFF',
    '-DCMAKE_INSTALL_LIBDIR="lib%(libsuffix)"',
    '-DCMAKE_INSTALL_LIBEXECDIR="lib%(libsuffix)/%(name)"',
    '-DCMAKE_INSTALL_PREFIX="%(prefix)"',
    '-DLIB_SUFFIX="%(libsuffix)"',
  ),
  options_cmake_ninja: '-G Ninja %(options_cmake)',
  options_cmake_make: '-G "Unix Makefiles" %(options_cmake)',
  options_cmake_qt6: continued(
    '%(options_cmake_ninja)',
    '-DINSTALL_ARCHDATADIR="%(libdir)/qt6"',
    '-DINSTALL_LIBEXECDIR="%(libdir)/qt6/libexec"',
    '-DINSTALL_DATADIR="%(datadir)/qt6"',
    '-DINSTALL_DOCDIR="%(docdir)/qt6"',
    '-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON',
    '-DQT_BUILD_EXAMPLES=ON',
    '-DQT_DISABLE_RPATH=ON',
  ),
  options_cmake_kf6: continued(
    '%(options_cmake_ninja)',
    '-DKDE_INSTALL_LIBEXECDIR="%(libdir)/kf6"',
    '-DKDE_INSTALL_USE_QT_SYS_PATHS=ON',
    '-DBUILD_QCH=ON',
    '-DBUILD_TESTING=OFF',
  ),
  options_qmake_qt5: continued(
    'PREFIX="%(prefix)"',
    'QMAKE_CFLAGS_RELEASE="${CFLAGS}"',
    'QMAKE_CXXFLAGS_RELEASE="${CXXFLAGS}"',
    'QMAKE_LFLAGS_RELEASE="${LDFLAGS}"',
  ),
};
