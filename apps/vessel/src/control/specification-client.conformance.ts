// A client of a repository as its specification tells it: root index, package index, packages. It does not use our reader.
import { createHash } from 'node:crypto';
import {
  describe,
  FILE_TYPE,
  PAYLOAD_KIND,
  readPackage,
  readPayloads,
  type Description,
} from './specification-stone.conformance.js';

const IDENTIFIER = /^[a-zA-Z0-9][a-zA-Z0-9-]*$/;
const VERSION = /^(stream|tag|history)\/([a-zA-Z0-9][a-zA-Z0-9-]*)$/;

/** The root index of a channel. */
export interface Root {
  readonly text: string;
  readonly streams: Readonly<Record<string, { readonly format: string; readonly history: string }>>;
  readonly tags: Readonly<Record<string, { readonly format: string; readonly history: string }>>;
  readonly history: Readonly<Record<string, { readonly format: string }>>;
}

/** Reads one channel over HTTP. Everything throws that a client could not work with. */
export class SpecificationClient {
  constructor(
    /** Base address and channel, without a slash at the end. */
    readonly channelUrl: string,
  ) {}

  async root(): Promise<Root> {
    return this.parse((await this.get('moss-root-index.json')).toString());
  }

  /** Checks the text of a root index. */
  parse(text: string): Root {
    const root = JSON.parse(text) as Root & { readonly formats: { readonly v0: object } };
    if (typeof root.formats.v0 !== 'object') throw new Error('There is no format v0.');
    for (const [scope, pointers] of Object.entries({ stream: root.streams, tag: root.tags })) {
      for (const [name, { format, history }] of Object.entries(pointers)) {
        if (!IDENTIFIER.test(name)) throw new Error(`${scope} ${name} is no identifier.`);
        if (format !== 'v0') throw new Error(`${scope} ${name} has format ${format}.`);
        if (!(history in root.history)) throw new Error(`${scope}/${name} is not listed.`);
      }
    }
    for (const [id, { format }] of Object.entries(root.history)) {
      if (!IDENTIFIER.test(id) || format !== 'v0') throw new Error(`History ${id} is no v0.`);
    }
    return { ...root, text };
  }

  /** The history behind `stream/…`, `tag/…` or `history/…`. */
  resolve(root: Root, version: string): string {
    const [, scope, id = ''] = VERSION.exec(version) ?? [];
    const pointers = scope === 'stream' ? root.streams : root.tags;
    const history = scope === 'history' ? id : pointers[id]?.history;
    if (history === undefined || !(history in root.history)) {
      throw new Error(`No such version: ${version}.`);
    }
    return history;
  }

  /** The packages of a version; `expect` may look at the bytes of the index first. */
  async packages(
    history: string,
    architecture: string,
    expect: (bytes: Buffer) => void = () => undefined,
  ): Promise<readonly Description[]> {
    const bytes = await this.get(indexPath(history, architecture));
    expect(bytes);
    const payloads = await readPayloads(bytes, FILE_TYPE.index);
    const packages = payloads.map((payload) => {
      if (payload.kind !== PAYLOAD_KIND.meta) throw new Error(`Payload of kind ${payload.kind}.`);
      return describe(payload);
    });
    for (const item of packages) {
      if (item.architecture !== architecture) throw new Error(`${item.name} is in a wrong index.`);
      if (item.uri !== `../../../${poolPathOf(item)}`)
        throw new Error(`${item.uri} is unexpected.`);
    }
    if (new Set(packages.map(({ name }) => name)).size !== packages.length) {
      throw new Error(`Two packages of ${history} have one name.`);
    }
    return packages;
  }

  /** Fetches a package of a version and holds it against what the index says; whether its own bytes are right is another question. */
  async fetch(history: string, item: Description): Promise<Buffer> {
    const { pathname } = new URL(
      item.uri,
      `${this.channelUrl}/${indexPath(history, item.architecture)}`,
    );
    const { pathname: base } = new URL(`${this.channelUrl}/`);
    const bytes = await this.get(pathname.slice(base.length));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== item.hash || bytes.length !== item.sizeBytes) {
      throw new Error(`${pathname} is not what ${history} lists.`);
    }
    return bytes;
  }

  /** Fetches, unpacks and verifies a package; what it says of itself is what the index says. Returns its paths below /usr. */
  async verify(history: string, item: Description): Promise<readonly string[]> {
    const { description, paths } = await readPackage(await this.fetch(history, item));
    for (const fact of ['name', 'version', 'release', 'buildRelease', 'sourceId'] as const) {
      if (description[fact] !== item[fact]) throw new Error(`${item.name}: another ${fact}.`);
    }
    for (const fact of ['depends', 'provides'] as const) {
      const [own, listed] = [description[fact], item[fact]].map((all) => [...new Set(all)].sort());
      if (own?.join('\n') !== listed?.join('\n')) throw new Error(`${item.name}: other ${fact}.`);
    }
    return paths;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Buffer> {
    const response = await fetch(`${this.channelUrl}/${path}`, { headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) throw new UnexpectedAnswer(path, response.status);
    return bytes;
  }
}

/** The server answered, but not with the file. */
export class UnexpectedAnswer extends Error {
  constructor(path: string, status: number) {
    super(`${path} answered ${status}.`);
  }
}

/** Everything that must be installed for a package, by capability; throws with what nothing provides. */
export function closureOf(packages: readonly Description[], name: string): ReadonlySet<string> {
  const providers = new Map<string, Description>();
  for (const item of packages) {
    for (const capability of item.provides) {
      const other = providers.get(capability);
      if (other === undefined || other.release < item.release) providers.set(capability, item);
    }
  }
  const chosen = new Set<string>();
  const wanted = [`name(${name})`];
  for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
    const item = providers.get(next);
    if (item === undefined) throw new Error(`Nothing provides ${next}.`);
    if (chosen.has(item.name)) continue;
    chosen.add(item.name);
    wanted.push(...item.depends);
  }
  return chosen;
}

/** Where the specification puts a package below its channel. */
export function poolPathOf(item: Description): string {
  const source = item.sourceId.toLowerCase();
  const portion = source.length > 4 && source.startsWith('lib') ? source.slice(0, 4) : source[0];
  const { name, version, release, buildRelease, architecture } = item;
  const file = `${name}-${version}-${release}-${buildRelease}-${architecture}.stone`;
  return `pool/v0/${portion ?? ''}/${source}/${file}`;
}

function indexPath(history: string, architecture: string): string {
  return `history/${history}/${architecture}/stone.index`;
}
