import { ACTIONS, definitionsFor } from '../macros/macro-tables.js';
import { expandScript, type ScriptPiece } from '../macros/expand-script.js';
import { MacroExpander } from '../macros/macro-expander.js';
import { type Definitions } from '../macros/macro-set.js';
import { recipeError, type RecipeError } from '../recipe-error.js';
import { type RecipeScript } from '../recipe.js';
import { type BuildPhase, type BuildPhaseName, type PlannedScript } from './build-plan.js';
import { builtInValues, type BuiltInFacts } from './built-ins.js';

/** A text that some old tools wrote where they meant none. */
const NO_ENVIRONMENT = '(null)';

/** Writes the scripts of one target and pass. */
export class StageScripts {
  readonly errors: RecipeError[] = [];
  readonly #expander: MacroExpander;
  readonly #prefix: string;
  readonly #environment: ScriptPiece | null;

  constructor(
    facts: BuiltInFacts,
    { definitions, environment }: { definitions: Definitions; environment: RecipeScript | null },
  ) {
    this.#expander = new MacroExpander({
      actions: ACTIONS,
      definitions: definitionsFor(definitions),
      builtIns: builtInValues(facts),
    });
    this.#prefix = this.action('scriptBase');
    this.#environment = this.#expandEnvironment(environment);
  }

  /** What the actions used so far need. */
  get needs(): Iterable<string> {
    return this.#expander.needs;
  }

  /** The text of one of our own actions; a fault in it is a fault of the tables, told at the recipe's start. */
  action(name: string): string {
    const expanded = this.#expander.expandAction(name);
    if (expanded.ok) return expanded.value;
    const { code, message } = expanded.error;
    this.errors.push(recipeError(code, message, { file: 'macros', line: 1, column: 1 }));
    return '';
  }

  /** A phase of the recipe: each piece gets the prefix and the environment, and runs in a shell of its own. */
  phase(name: BuildPhaseName, script: RecipeScript, ending: string | null): BuildPhase {
    const { pieces, errors } = expandScript(script, this.#expander);
    this.errors.push(...errors);
    const scripts = pieces.map((piece, index) => {
      const isLast = index === pieces.length - 1;
      return this.#script(piece, isLast ? ending : null);
    });
    return { name, scripts };
  }

  /** A phase that the planner writes itself, without the recipe's environment. */
  ownPhase(name: BuildPhaseName, text: string): BuildPhase {
    const script = `${this.#prefix}\n${text}\n`;
    const recipeLines = script.split('\n').map(() => null);
    return { name, scripts: [{ text: script, recipeLines, breakpoint: null }] };
  }

  #script(piece: ScriptPiece, ending: string | null): PlannedScript {
    const text = [
      this.#prefix,
      ...(this.#environment === null ? [] : [this.#environment.text]),
      piece.text,
      ...(ending === null ? [] : [ending]),
    ].join('\n');
    const known: (number | null)[] = [
      ...this.#prefix.split('\n').map(() => null),
      ...(this.#environment?.lines ?? []),
      ...piece.lines,
    ];
    const total = text.split('\n').length;
    const recipeLines = Array.from({ length: total }, (_, index) => known[index] ?? null);
    return { text, recipeLines, breakpoint: piece.breakpoint };
  }

  #expandEnvironment(environment: RecipeScript | null): ScriptPiece | null {
    if (environment === null || environment.text.trim() === NO_ENVIRONMENT) return null;
    const { pieces, errors } = expandScript(environment, this.#expander);
    this.errors.push(...errors);
    if (pieces.length > 1) {
      const message = 'the environment stands before every script and may not hold breakpoints';
      this.errors.push(recipeError('recipe.action-not-allowed', message, environment.at));
    }
    return pieces[0] ?? null;
  }
}
