import { existsSync } from 'node:fs';

const DEBIAN_MODULES = '/usr/lib/python3/dist-packages';

/** Name of the settings file among the scripts of a build. */
export const PYTHON_LAYOUT_FILE = 'python-layout.cfg';

/** What the settings file holds: modules go where the host's Python looks for packaged ones. */
export const PYTHON_LAYOUT = '[install]\ninstall-layout=deb\n';

/**
 * Debian's Python installs below `/usr/local` unless told to make a package, and nothing there is seen by later builds.
 * The first variable tells `installer`, the second `setup.py`.
 */
export function pythonLayoutEnvironment(): Readonly<Record<string, string>> {
  if (!existsSync(DEBIAN_MODULES)) return {};
  return {
    DEB_PYTHON_INSTALL_LAYOUT: 'deb',
    DIST_EXTRA_CONFIG: `/mason/scripts/${PYTHON_LAYOUT_FILE}`,
  };
}
