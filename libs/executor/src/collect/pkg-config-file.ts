const MODULE = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,254}$/;
const VARIABLE = /\$\{([A-Za-z0-9_.]+)\}/g;
const EXPANSIONS_MAX = 100;
const LINES_MAX = 10_000;

/** Names of the modules that a `.pc` file requires, publicly or privately, in the order of the file. */
export function requiredModules(text: string): string[] {
  const variables = new Map<string, string>();
  const fields: string[] = [];
  for (const line of logicalLines(text)) {
    const variable = /^\s*([A-Za-z0-9_.]+)\s*=\s*(.*)$/.exec(line);
    if (variable !== null) variables.set(variable[1] ?? '', variable[2] ?? '');
    const field = /^\s*Requires(?:\.private|\.internal)?\s*:\s*(.*)$/.exec(line);
    if (field !== null) fields.push(field[1] ?? '');
  }
  return fields.flatMap((field) => moduleNames(expand(field, variables)));
}

function logicalLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .slice(0, LINES_MAX)
    .map((line) => line.replace(/#.*$/, ''));
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  let expanded = text;
  for (let round = 0; round < EXPANSIONS_MAX && expanded.length < 65_536; round += 1) {
    const next = expanded.replace(VARIABLE, (_, name: string) => variables.get(name) ?? '');
    if (next === expanded) break;
    expanded = next;
  }
  return expanded;
}

/** `glib-2.0 >= 2.50, zlib` names two modules: a comparison takes the word behind it with it. */
function moduleNames(list: string): string[] {
  const words = list.split(/[\s,]+/).filter((word) => word !== '');
  return words.filter((word, index) => {
    if (!MODULE.test(word)) return false;
    return !/^[<>=!]+$/.test(words[index - 1] ?? '');
  });
}
