import { type Dependency } from '@cairn/stone';

/** What offers a capability on Debian and Ubuntu, where no rule can tell the name. */
const PACKAGES: Readonly<Record<string, string>> = {
  'binary(a2x)': 'asciidoc',
  'binary(ar)': 'binutils',
  'binary(autopoint)': 'autopoint',
  'binary(bsdtar-static)': 'libarchive-tools',
  'binary(cargo)': 'cargo',
  'binary(dot)': 'graphviz',
  'binary(eu-readelf)': 'elfutils',
  'binary(g++)': 'g++',
  'binary(g-ir-scanner)': 'gobject-introspection',
  'binary(glib-compile-schemas)': 'libglib2.0-bin',
  'binary(go)': 'golang-go',
  'binary(gtkdoc-scan)': 'gtk-doc-tools',
  'binary(ld.lld)': 'lld',
  'binary(libtoolize)': 'libtool',
  'binary(makeinfo)': 'texinfo',
  'binary(msgfmt)': 'gettext',
  'binary(msgmerge)': 'gettext',
  'binary(ninja)': 'ninja-build',
  'binary(pkgconf)': 'pkg-config',
  'binary(python)': 'python3',
  'binary(pod2man)': 'perl',
  'binary(readelf)': 'binutils',
  'binary(rst2man)': 'python3-docutils',
  'binary(sphinx-build)': 'python3-sphinx',
  'binary(update-desktop-database)': 'desktop-file-utils',
  'binary(vapigen)': 'valac',
  'binary(xgettext)': 'gettext',
  'binary(yacc)': 'bison',
  'cmake(ecm)': 'extra-cmake-modules',
  'pkgconfig(alsa)': 'libasound2-dev',
  'pkgconfig(bzip2)': 'libbz2-dev',
  'pkgconfig(cairo)': 'libcairo2-dev',
  'pkgconfig(dbus-1)': 'libdbus-1-dev',
  'pkgconfig(expat)': 'libexpat1-dev',
  'pkgconfig(fftw3)': 'libfftw3-dev',
  'pkgconfig(fftw3f)': 'libfftw3-dev',
  'pkgconfig(fontconfig)': 'libfontconfig-dev',
  'pkgconfig(freetype2)': 'libfreetype-dev',
  'pkgconfig(fuse3)': 'libfuse3-dev',
  'pkgconfig(gio-2.0)': 'libglib2.0-dev',
  'pkgconfig(glib-2.0)': 'libglib2.0-dev',
  'pkgconfig(gobject-2.0)': 'libglib2.0-dev',
  'pkgconfig(icu-uc)': 'libicu-dev',
  'pkgconfig(libarchive)': 'libarchive-dev',
  'pkgconfig(libcap)': 'libcap-dev',
  'pkgconfig(libcrypto)': 'libssl-dev',
  'pkgconfig(libcurl)': 'libcurl4-openssl-dev',
  'pkgconfig(libffi)': 'libffi-dev',
  'pkgconfig(libjpeg)': 'libjpeg-dev',
  'pkgconfig(liblzma)': 'liblzma-dev',
  'pkgconfig(libpcre2-8)': 'libpcre2-dev',
  'pkgconfig(libpng)': 'libpng-dev',
  'pkgconfig(libssl)': 'libssl-dev',
  'pkgconfig(libsystemd)': 'libsystemd-dev',
  'pkgconfig(libudev)': 'libudev-dev',
  'pkgconfig(libusb-1.0)': 'libusb-1.0-0-dev',
  'pkgconfig(libxml-2.0)': 'libxml2-dev',
  'pkgconfig(libzstd)': 'libzstd-dev',
  'pkgconfig(ncurses)': 'libncurses-dev',
  'pkgconfig(ncursesw)': 'libncurses-dev',
  'pkgconfig(ogg)': 'libogg-dev',
  'pkgconfig(openssl)': 'libssl-dev',
  'pkgconfig(readline)': 'libreadline-dev',
  'pkgconfig(speexdsp)': 'libspeexdsp-dev',
  'pkgconfig(sqlite3)': 'libsqlite3-dev',
  'pkgconfig(systemd)': 'systemd',
  'pkgconfig(udev)': 'udev',
  'pkgconfig(vorbis)': 'libvorbis-dev',
  'pkgconfig(zlib)': 'zlib1g-dev',
  'name(gdbm-devel)': 'libgdbm-dev',
  'name(giflib-devel)': 'libgif-dev',
  'name(gpm-devel)': 'libgpm-dev',
  'name(hicolor-icon-theme)': 'hicolor-icon-theme',
  'name(libaio-devel)': 'libaio-dev',
  'name(libtool-ltldl-devel)': 'libltdl-dev',
  'name(lmdb-devel)': 'liblmdb-dev',
  'name(perl-devel)': 'libperl-dev',
  'name(perl-module-build)': 'libmodule-build-perl',
  'name(perl-xml-parser)': 'libxml-parser-perl',
};

/** Programs whose package has their own name there. */
const SAME_NAME: ReadonlySet<string> = new Set([
  ...['asciidoc', 'gettext', 'gi-docgen', 'groff', 'gtk-update-icon-cache', 'jq', 'patchelf'],
  ...['qmake6', 'rustc', 'sassc', 'scdoc', 'xsltproc'],
  ...['asciidoctor', 'autoconf', 'automake', 'bc', 'bison', 'clang', 'cmake', 'cpio', 'doxygen'],
  ...['file', 'flex', 'gawk', 'gcc', 'git', 'gperf', 'help2man', 'itstool', 'llvm', 'm4', 'make'],
  ...['meson', 'nasm', 'patch', 'perl', 'python3', 'rsync', 'ruby', 'scons', 'swig', 'unzip'],
  ...['valac', 'xmlto', 'xxd', 'zip', 'zstd'],
]);

/** The packages of Debian that offer these capabilities, sorted; a capability whose package is not known adds none. */
export function debianPackagesFor(capabilities: readonly Dependency[]): string[] {
  return [...new Set(capabilities.flatMap((one) => debianPackageOf(one) ?? []))].sort();
}

function debianPackageOf({ kind, name }: Dependency): string | undefined {
  const known = PACKAGES[`${kind}(${kind === 'cmake' ? name.toLowerCase() : name})`];
  if (known !== undefined) return known;
  if ((kind === 'binary' || kind === 'name') && SAME_NAME.has(name)) return name;
  // Debian's policy names Python modules like this.
  if (kind === 'python') return `python3-${name.toLowerCase().replaceAll(/[^a-z0-9.+-]/g, '-')}`;
  return kind === 'name' && name.startsWith('python-') ? `python3-${name.slice(7)}` : undefined;
}
