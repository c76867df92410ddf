/** What environment markers are compared with; the names are those of the Python packaging standard (PEP 508). */
export type MarkerEnvironment = Readonly<Record<string, string>>;

/** The environment of a Linux machine with CPython. `version` is like `3.11`. */
export function linuxMarkerEnvironment(python: {
  readonly version: string;
  readonly machine: string;
}): MarkerEnvironment {
  return {
    os_name: 'posix',
    sys_platform: 'linux',
    platform_system: 'Linux',
    platform_machine: python.machine,
    platform_python_implementation: 'CPython',
    implementation_name: 'cpython',
    python_version: python.version,
    python_full_version: `${python.version}.0`,
    implementation_version: `${python.version}.0`,
    // Nobody installs with extras here.
    extra: '',
  };
}

const TOKEN =
  /\s*(?:(?<text>"[^"]*"|'[^']*')|(?<word>[a-z_]+)|(?<sign><=|>=|===|==|!=|~=|<|>|\(|\)))/y;
const TOKENS_MAX = 200;
const VERSION_NAMES: ReadonlySet<string> = new Set([
  'python_version',
  'python_full_version',
  'implementation_version',
]);

/** Whether a marker such as `python_version < "3.8" and os_name == "nt"` holds; undefined when it cannot be read. */
export function markerHolds(marker: string, environment: MarkerEnvironment): boolean | undefined {
  const tokens = tokensOf(marker);
  if (tokens === undefined) return undefined;
  const reader = new MarkerReader(tokens, environment);
  try {
    return reader.whole();
  } catch (error) {
    if (error instanceof UnreadableMarker) return undefined;
    throw error;
  }
}

class UnreadableMarker extends Error {}

function tokensOf(marker: string): string[] | undefined {
  const tokens: string[] = [];
  const text = marker.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [found] = TOKEN.exec(text) ?? [];
    if (found === undefined || tokens.length === TOKENS_MAX) return undefined;
    tokens.push(found.trim());
  }
  return tokens;
}

/** Reads by the grammar: `or` binds less than `and`, parentheses most. */
class MarkerReader {
  readonly #tokens: string[];
  readonly #environment: MarkerEnvironment;

  constructor(tokens: readonly string[], environment: MarkerEnvironment) {
    this.#tokens = [...tokens];
    this.#environment = environment;
  }

  whole(): boolean {
    const value = this.#anyOf();
    if (this.#tokens.length > 0) throw new UnreadableMarker();
    return value;
  }

  #anyOf(): boolean {
    const values = [this.#allOf()];
    while (this.#takes('or')) values.push(this.#allOf());
    return values.includes(true);
  }

  #allOf(): boolean {
    const values = [this.#one()];
    while (this.#takes('and')) values.push(this.#one());
    return !values.includes(false);
  }

  #one(): boolean {
    if (this.#takes('(')) {
      const value = this.#anyOf();
      if (!this.#takes(')')) throw new UnreadableMarker();
      return value;
    }
    const left = this.#next();
    const sign = this.#takes('not') ? `not ${this.#next()}` : this.#next();
    const right = this.#next();
    const isVersion = VERSION_NAMES.has(left) || VERSION_NAMES.has(right);
    return compare(this.#valueOf(left), sign, { right: this.#valueOf(right), isVersion });
  }

  #valueOf(token: string): string {
    if (/^["']/.test(token)) return token.slice(1, -1);
    const value = this.#environment[token];
    if (value === undefined) throw new UnreadableMarker();
    return value;
  }

  #takes(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }

  #next(): string {
    const token = this.#tokens.shift();
    if (token === undefined) throw new UnreadableMarker();
    return token;
  }
}

function compare(
  left: string,
  sign: string,
  { right, isVersion }: { readonly right: string; readonly isVersion: boolean },
): boolean {
  if (sign === 'in') return right.includes(left);
  if (sign === 'not in') return !right.includes(left);
  if (isVersion && right.endsWith('.*')) {
    const isSame = `${left}.`.startsWith(right.slice(0, -1));
    if (sign === '==') return isSame;
    if (sign === '!=') return !isSame;
  }
  const order = isVersion ? compareVersions(left, right) : compareTexts(left, right);
  switch (sign) {
    case '==':
    case '===':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '~=':
      return order >= 0 && `${left}.`.startsWith(`${right.split('.').slice(0, -1).join('.')}.`);
  }
  throw new UnreadableMarker();
}

function compareTexts(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = Number(left[index] ?? 0) - Number(right[index] ?? 0);
    if (order !== 0 && !Number.isNaN(order)) return order;
  }
  return 0;
}
