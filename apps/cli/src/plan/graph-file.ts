import {
  buildGraph,
  parseGraphLines,
  parseImpliedLines,
  withImplied,
  type DependencyGraph,
  type ImpliedDepends,
} from '@cairn/solver';
import { InputError, readInput } from './input-file.js';

/** How the graph of a command is read. */
export interface GraphOptions {
  readonly graph: string;
  readonly closure?: boolean;
  readonly implied?: string;
  readonly baseRoot?: boolean;
}

/** The graph of a file under the options' reading. */
export async function readGraph(options: GraphOptions): Promise<DependencyGraph> {
  const parsed = parseGraphLines(await readInput(options.graph));
  if (!parsed.ok) throw lineError(options.graph, parsed.error);
  const reading = { closure: options.closure === true };
  if (options.implied === undefined && options.baseRoot !== true)
    return buildGraph(parsed.value, reading);
  const implied =
    options.implied === undefined
      ? new Map<string, ImpliedDepends>()
      : await readImplied(options.implied);
  const parts = { baseRoot: options.baseRoot === true };
  return buildGraph(
    parsed.value.map((node) => withImplied(node, implied.get(node.source), parts)),
    reading,
  );
}

async function readImplied(path: string) {
  const parsed = parseImpliedLines(await readInput(path));
  if (!parsed.ok) throw lineError(path, parsed.error);
  return parsed.value;
}

function lineError(
  path: string,
  error: { readonly code: string; readonly line: number; readonly message: string },
): InputError {
  return new InputError(error.code, `${path}:${error.line}: ${error.message}`, {
    line: error.line,
  });
}
