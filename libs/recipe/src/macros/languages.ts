import { action, continued, type Actions, type Definitions } from './macro-set.js';

const CARGO = ['binary(cargo)'];
const PYTHON = 'binary(python3)';
const PYTHON_SETUP = [PYTHON, 'python(setuptools)', 'name(python-packaging)'];
const PERL = ['binary(perl)'];
const PERL_MODULE = [...PERL, 'name(perl-module-build)'];
const GEM = ['binary(gem)', 'binary(ruby)'];

const RUST_ACTIONS: Actions = {
  cargo_fetch: action(['cargo fetch -v --locked'], CARGO),
  cargo_vendor: action(
    ['mkdir -p .cargo', 'cargo vendor -v --locked >> .cargo/config.toml'],
    CARGO,
  ),
  cargo_build: action(['cargo build %(options_cargo_release)'], CARGO),
  cargo_test: action(['cargo test %(options_cargo_release) --workspace'], CARGO),
  cargo_install: action(
    [
      'cairn_cargo_install() {',
      '    [ "$#" -gt 0 ] || set -- "%(name)"',
      '    for program in "$@"; do',
      '        install -D -m 0755 -t "%(installroot)%(bindir)" "%(cargo_target_dir)/${program}"',
      '    done',
      '}',
      'cairn_cargo_install',
    ],
    CARGO,
  ),
  cargo_home_breaks_this_build: action(['unset CARGO_HOME']),
};

const PYTHON_ACTIONS: Actions = {
  pyproject_build: action(
    ['python3 -m build --wheel --no-isolation --skip-dependency-check'],
    [PYTHON, 'name(python-build)', 'name(python-wheel)'],
  ),
  pyproject_install: action(
    ['python3 -m installer --destdir="%(installroot)" dist/*.whl'],
    [PYTHON, 'name(python-installer)'],
  ),
  python_setup: action(['python3 setup.py build'], PYTHON_SETUP),
  python_install: action(
    ['python3 setup.py install --root="%(installroot)" --skip-build'],
    PYTHON_SETUP,
  ),
  python_compile: action(
    [
      'cairn_python_compile() {',
      '    [ "$#" -gt 0 ] || set -- "%(installroot)"',
      '    python3 -m compileall -q -s "%(installroot)" "$@"',
      '}',
      'cairn_python_compile',
    ],
    [PYTHON],
  ),
};

const PERL_RUBY_GO_ACTIONS: Actions = {
  perl_setup: action(
    [
      'perl Makefile.PL PREFIX="%(prefix)" INSTALLDIRS=vendor DESTDIR="%(installroot)" NO_PACKLIST=1 NO_PERLLOCAL=1',
    ],
    PERL,
  ),
  perl_module_setup: action(
    ['perl Build.PL --prefix="%(prefix)" --installdirs=vendor --destdir="%(installroot)"'],
    PERL_MODULE,
  ),
  perl_module_build: action(['perl Build'], PERL_MODULE),
  perl_module_install: action(['perl Build install --create_packlist=0'], PERL_MODULE),
  gem_build: action(['gem build'], GEM),
  gem_install: action(
    [
      continued(
        'gem install',
        '--local',
        '--install-dir "%(installroot)$(gem environment gemdir)"',
        '--bindir "%(installroot)%(bindir)"',
        '--ignore-dependencies',
        '--no-document',
        '--no-user-install',
        '--verbose',
      ),
    ],
    GEM,
  ),
  go_mod: action(['go mod download'], ['binary(go)']),
};

const BAZEL_ACTIONS: Actions = {
  bazel_fetch: action(['bazel fetch'], ['binary(bazel)']),
  bazel_build: action(['bazel build %(options_bazel_release)'], ['binary(bazel)']),
};

/** The tools that come with a language. */
export const LANGUAGE_ACTIONS: Actions = {
  ...RUST_ACTIONS,
  ...PYTHON_ACTIONS,
  ...PERL_RUBY_GO_ACTIONS,
  ...BAZEL_ACTIONS,
};

export const LANGUAGE_DEFINITIONS: Definitions = {
  cargo_profile: 'release',
  cargo_target_dir: 'target/%(target_triple)/%(cargo_profile)',
  options_cargo: '-v -j "%(jobs)" --frozen --target "%(target_triple)"',
  options_cargo_release: '%(options_cargo) --profile "%(cargo_profile)"',
  bazel_profile: 'opt',
  options_bazel: continued(
    '--jobs="%(jobs)"',
    '--subcommands',
    '--verbose_failures',
    '--curses=no',
    '--spawn_strategy=local',
  ),
  options_bazel_release: '-c "%(bazel_profile)" %(options_bazel)',
};
