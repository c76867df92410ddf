import { AUTOTOOLS_ACTIONS, AUTOTOOLS_DEFINITIONS } from './autotools.js';
import { BASE_DEFINITIONS } from './base-definitions.js';
import { CMAKE_ACTIONS, CMAKE_DEFINITIONS } from './cmake.js';
import { FILE_ACTIONS } from './files.js';
import { LANGUAGE_ACTIONS, LANGUAGE_DEFINITIONS } from './languages.js';
import { type Actions, type Definitions } from './macro-set.js';
import { MESON_ACTIONS, MESON_DEFINITIONS } from './meson.js';
import { PROFILE_ACTIONS } from './profile-guided.js';
import { SCRIPT_BASE } from './script-base.js';

/** Every action there is; the same on each architecture. */
export const ACTIONS: Actions = {
  ...SCRIPT_BASE,
  ...AUTOTOOLS_ACTIONS,
  ...CMAKE_ACTIONS,
  ...MESON_ACTIONS,
  ...LANGUAGE_ACTIONS,
  ...FILE_ACTIONS,
  ...PROFILE_ACTIONS,
};

/** Every definition, an architecture's own over the base, those of the action files over both. */
export function definitionsFor(architecture: Definitions): Definitions {
  return {
    ...BASE_DEFINITIONS,
    ...architecture,
    ...AUTOTOOLS_DEFINITIONS,
    ...CMAKE_DEFINITIONS,
    ...MESON_DEFINITIONS,
    ...LANGUAGE_DEFINITIONS,
  };
}
