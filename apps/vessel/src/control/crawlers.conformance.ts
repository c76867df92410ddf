// Many readers at once who know the format, the key and nothing else, and find fault with everything they can check.
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import { SpecificationClient } from './specification-client.conformance.js';
import type { Description } from './specification-stone.conformance.js';

const ROOT_TYPE = 'application/vnd.cairn.root+json';
const MANIFEST_TYPE = 'application/vnd.cairn.manifest+json';
/** Between two rounds of a reader, so that there is room for what they look at. */
const PAUSE_MS = 100;

/** A DSSE envelope. */
interface Envelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}

interface FileFacts {
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface Manifest {
  readonly history: string;
  readonly indexes: readonly (FileFacts & { readonly architecture: string })[];
}

export interface Crawling {
  readonly channelUrl: string;
  readonly count: number;
  /** PEM. */
  readonly publicKey: string;
  /** Whether the server may be away, as when it is killed; an answer must be right all the same. */
  readonly mayBeAway: boolean;
  /** Looks at all packages of a version and returns its release, which must never fall. */
  readonly releaseOf: (packages: readonly Description[]) => number;
}

export interface CrawlReport {
  rounds: number;
  packages: number;
  absences: number;
  readonly releases: Set<number>;
  readonly faults: string[];
}

/** Begins to read; `found` grows meanwhile, and `stop` ends it when every reader has ended its round. */
export function startCrawlers(crawling: Crawling): {
  readonly found: Readonly<CrawlReport>;
  stop(): Promise<CrawlReport>;
} {
  const report: CrawlReport = {
    ...{ rounds: 0, packages: 0, absences: 0 },
    ...{ releases: new Set(), faults: [] },
  };
  let isOver = false;
  const crawlers = Array.from({ length: crawling.count }, async (_, at) => {
    const crawler = new Crawler(crawling, report, at);
    while (!isOver && report.faults.length === 0) {
      try {
        await crawler.round();
        report.rounds += 1;
        await sleep(PAUSE_MS);
      } catch (error) {
        // What fetch throws when there is nobody to talk to.
        const isAway = error instanceof TypeError && crawling.mayBeAway;
        if (isAway) report.absences += 1;
        else report.faults.push(`crawler ${at}: ${String(error)}`);
        await sleep(PAUSE_MS);
      }
    }
  });
  return {
    found: report,
    stop: async () => {
      isOver = true;
      await Promise.all(crawlers);
      return report;
    },
  };
}

class Crawler {
  private readonly client: SpecificationClient;
  private readonly key: KeyObject;
  private release = 0;
  private rounds = 0;

  constructor(
    private readonly crawling: Crawling,
    private readonly report: CrawlReport,
    private readonly at: number,
  ) {
    this.client = new SpecificationClient(crawling.channelUrl);
    this.key = createPublicKey(crawling.publicKey);
  }

  /** Reads what the stream points to, and another listed version. */
  async round(): Promise<void> {
    this.rounds += 1;
    const root = await this.coveredRoot();
    const current = this.client.resolve(root, 'stream/volatile');
    const release = await this.readVersion(current);
    if (release < this.release) throw new Error(`${this.release}, and then ${release}.`);
    this.release = release;
    this.report.releases.add(release);
    const listed = Object.keys(root.history);
    await this.readVersion(listed[(this.rounds * (this.at + 1)) % listed.length] ?? current);
  }

  /** The root index with a statement over exactly its bytes; every other crawler reads the compressed twin. */
  private async coveredRoot() {
    let last = '';
    for (;;) {
      const isTwin = this.at % 2 === 1;
      const twin = isTwin && zstdDecompressSync(await this.client.get('moss-root-index.json.zst'));
      const root = twin ? this.client.parse(twin.toString()) : await this.client.root();
      const { statements } = JSON.parse(
        (await this.client.get('moss-root-index.json.sig')).toString(),
      ) as { readonly statements: readonly Envelope[] };
      const roots = statements.map(
        (each) => this.opened(each, ROOT_TYPE) as { readonly root: FileFacts },
      );
      if (roots.some((each) => isOf(each.root, Buffer.from(root.text)))) return root;
      // Two publications may have come between the two requests; then the root index is another one by now.
      if (root.text === last) throw new Error('No statement covers the root index.');
      last = root.text;
    }
  }

  private async readVersion(history: string): Promise<number> {
    const bytes = await this.client.get(`history/${history}/manifest.json`);
    const signature = await this.client.get(`history/${history}/manifest.json.sig`);
    const envelope = JSON.parse(signature.toString()) as Envelope;
    const manifest = this.opened(envelope, MANIFEST_TYPE) as Manifest;
    if (!Buffer.from(envelope.payload, 'base64').equals(bytes) || manifest.history !== history) {
      throw new Error(`The signature of ${history} covers another manifest.`);
    }
    const all: Description[] = [];
    for (const facts of manifest.indexes) {
      const packages = await this.client.packages(history, facts.architecture, (index) => {
        if (!isOf(facts, index)) throw new Error(`${history} ${facts.architecture}: other bytes.`);
      });
      all.push(...packages);
    }
    for (const item of all) {
      await this.client.fetch(history, item);
      this.report.packages += 1;
    }
    return this.crawling.releaseOf(all);
  }

  private opened({ payload, payloadType, signatures }: Envelope, type: string): unknown {
    const body = Buffer.from(payload, 'base64');
    const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
    const signed = Buffer.concat([Buffer.from(head), body]);
    const isSigned = signatures.some(({ sig }) =>
      verify(null, signed, this.key, Buffer.from(sig, 'base64')),
    );
    if (!isSigned || payloadType !== type) throw new Error(`A ${type} is not signed.`);
    return JSON.parse(body.toString());
  }
}

function isOf(facts: FileFacts, bytes: Buffer): boolean {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return facts.sizeBytes === bytes.length && facts.sha256 === sha256;
}
