/** A package every recipe has without writing it, if the build installs something for it. */
export interface PackageTemplate {
  /** The texts may hold the macro name. */
  readonly name: string;
  readonly summary: string | null;
  readonly description: string | null;
  readonly runDeps: readonly string[];
  readonly paths: readonly string[];
}

const below = (directory: string, names: readonly string[]) =>
  names.map((name) => `${directory}/${name}`);

const DEVEL_PATHS = [
  '/usr/include',
  ...below('/usr/lib', [
    '*.a',
    'cmake',
    'lib*.so',
    'pkgconfig',
    '*.prl',
    'metatypes',
    'qt*/metatypes/qt*.json',
    'qt*/mkspecs',
    'qt*/modules/*.json',
    'qt*/sbom',
    'qt*/plugins/designer/*.so',
  ]),
  ...below('/usr/share', [
    'aclocal',
    'cmake',
    'man/man2',
    'man/man3',
    'man/man9',
    'pkgconfig',
    'gir-1.0/*.gir',
    'vala/vapi/*.deps',
    'vala/vapi/*.vapi',
    'doc/qt5/*.qch',
    'doc/qt5/*.tags',
    'doc/qt6/*.qch',
    'doc/qt6/*.tags',
  ]),
];

/** The templates in rising precedence; the first takes every path that nothing else wants. */
export const PACKAGE_TEMPLATES: readonly PackageTemplate[] = [
  { name: '%(name)', summary: null, description: null, runDeps: [], paths: ['*'] },
  {
    name: '%(name)-docs',
    summary: 'Documentation of %(name)',
    description: 'Documentation of the package %(name).',
    runDeps: [],
    paths: ['/usr/share/gtk-doc'],
  },
  {
    name: '%(name)-devel',
    summary: 'Development files of %(name)',
    description: 'What is needed to build software that uses %(name).',
    runDeps: ['%(name)'],
    paths: DEVEL_PATHS,
  },
  {
    name: '%(name)-dbginfo',
    summary: 'Debug information of %(name)',
    description: 'Debug symbols of the programs and libraries of %(name).',
    runDeps: [],
    paths: ['/usr/lib/debug'],
  },
  {
    name: '%(name)-libs',
    summary: 'Libraries of %(name)',
    description: 'The libraries of %(name), for programs that need nothing else of it.',
    runDeps: [],
    paths: [],
  },
  {
    name: '%(name)-32bit',
    summary: '32-bit libraries of %(name)',
    description: 'The libraries of %(name) for 32-bit programs.',
    runDeps: ['%(name)'],
    paths: ['/usr/lib32', '/usr/lib32/lib*.so.*'],
  },
  {
    name: '%(name)-32bit-devel',
    summary: '32-bit development files of %(name)',
    description: 'What is needed to build 32-bit software that uses %(name).',
    runDeps: ['%(name)-32bit', '%(name)-devel'],
    paths: below('/usr/lib32', ['*.a', 'cmake', 'lib*.so', 'pkgconfig']),
  },
  {
    name: '%(name)-32bit-dbginfo',
    summary: '32-bit debug information of %(name)',
    description: 'Debug symbols of the 32-bit libraries of %(name).',
    runDeps: [],
    paths: ['/usr/lib32/debug'],
  },
  {
    name: '%(name)-demos',
    summary: 'Examples of %(name)',
    description: 'Example programs that come with %(name).',
    runDeps: [],
    paths: ['/usr/lib/qt*/examples'],
  },
];
