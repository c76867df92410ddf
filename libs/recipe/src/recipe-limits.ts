import { KIB } from '@cairn/std';

/** The longest real recipe is about 40 KiB. */
export const RECIPE_SIZE_BYTES_MAX = 256 * KIB;
/** Lexical elements of one YAML file; the busiest real recipe has a fifth of it. */
export const YAML_LEXEMES_MAX = 30_000;
/** Levels of mappings and lists; real recipes use five. */
export const YAML_DEPTH_MAX = 16;
/** Values and keys of one YAML file. */
export const YAML_NODES_MAX = 20_000;
/** Items of any one list of a recipe. */
export const LIST_ITEMS_MAX = 2048;
/** Errors collected before a recipe is given up. */
export const ERRORS_MAX = 50;

export const NAME_LENGTH_MAX = 128;
export const VERSION_LENGTH_MAX = 96;
export const URL_LENGTH_MAX = 2048;
export const LINE_LENGTH_MAX = 1024;
export const TEXT_LENGTH_MAX = 64 * KIB;
export const GIT_REF_LENGTH_MAX = 255;
export const STRIP_DIRS_MAX = 255;
/** Items of one rundeps-exclude or provides-exclude list. */
export const EXCLUSIONS_MAX = 64;
/** A regular expression of rundeps-exclude or provides-exclude. */
export const PATTERN_LENGTH_MAX = 256;
/** Macros inside macros. */
export const MACRO_DEPTH_MAX = 128;
/** One script with all its macros expanded. */
export const SCRIPT_LENGTH_MAX = 1024 * KIB;
/** Breakpoints of one phase; each piece repeats the whole prefix. */
export const BREAKPOINTS_MAX = 16;
/** States of a compiled regular expression; counted repetitions multiply them. */
export const PATTERN_STATES_MAX = 1024;
/** A text that is matched against an exclusion. */
export const PATTERN_TEXT_LENGTH_MAX = 1024;
/** A control.kdl is a handful of lines. */
export const CONTROL_SIZE_BYTES_MAX = 64 * KIB;
export const CONTROL_NODES_MAX = 4096;
export const CONTROL_DEPTH_MAX = 8;
