import { type Toolchain } from '../recipe.js';

/** The languages that have flags of their own. */
export const FLAG_LANGUAGES = ['c', 'cxx', 'f', 'ld', 'd', 'rust', 'vala', 'go'] as const;
export type FlagLanguage = (typeof FLAG_LANGUAGES)[number];

export type LanguageFlags = Readonly<Partial<Record<FlagLanguage, string>>>;

/** A flag: texts for every toolchain, and texts that replace them for one. */
export type Flag = LanguageFlags & Readonly<Partial<Record<Toolchain, LanguageFlags>>>;

/** A group of flags that recipes switch as one. */
export interface TuningGroup {
  /** The flags of the group when it has no options. */
  readonly flag?: Flag;
  /** Flags added when the group is switched off. */
  readonly disabled?: Flag;
  readonly options?: Readonly<Record<string, Flag>>;
  /** The option taken when the recipe names none. */
  readonly defaultOption?: string;
}

export type TuningGroups = Readonly<Record<string, TuningGroup>>;

/** The same text for C and C++, and whatever the other languages need. */
export function cFamily(text: string, others: LanguageFlags = {}): LanguageFlags {
  return { c: text, cxx: text, ...others };
}
