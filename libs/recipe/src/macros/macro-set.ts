/** An action: shell text that `%name` stands for, and what must be in the build root for it to run. */
export interface Action {
  readonly text: string;
  /** Dependencies in the form `kind(name)`. */
  readonly needs: readonly string[];
}

export type Actions = Readonly<Record<string, Action>>;
/** Texts that `%(name)` stands for. */
export type Definitions = Readonly<Record<string, string>>;

/** Builds an action from its lines. */
export function action(lines: readonly string[], needs: readonly string[] = []): Action {
  return { text: lines.join('\n'), needs };
}

/** Arguments one to a line, continued with backslashes; what follows on the recipe's line joins the last one. */
export function continued(...words: readonly string[]): string {
  return words.join(' \\\n    ');
}

/** Fails with a sentence when a file is not there; `%%` because the text is expanded again. */
export function requireFile(test: string, file: string, macro: string): string {
  return `test ${test} ${file} || { echo "%%${macro}: ${file} is missing" >&2; exit 1; }`;
}
