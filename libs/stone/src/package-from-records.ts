import { ok, type Result } from '@cairn/std';
import type { Dependency } from './dependency.js';
import { INTEGER_MAX } from './limits.js';
import { META_TAG, META_TYPE, metaTagName, type MetaRecord, type MetaTag } from './meta-record.js';
import { capabilityOf, type MetaPurpose } from './package-records.js';
import { checkPackageNames, isPackageHash, isPackageUri } from './package-names.js';
import { inside, type ReadMode } from './record-place.js';
import { refuse, stoneError, type Place, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

type Form = 'text' | 'integer' | 'dependency' | 'provider';

const FORM_OF_TAG: Readonly<Record<MetaTag, Form>> = {
  name: 'text',
  architecture: 'text',
  version: 'text',
  summary: 'text',
  description: 'text',
  homepage: 'text',
  'source-id': 'text',
  depends: 'dependency',
  provides: 'provider',
  conflicts: 'provider',
  release: 'integer',
  license: 'text',
  'build-release': 'integer',
  'package-uri': 'text',
  'package-hash': 'text',
  'package-size': 'integer',
  'build-depends': 'dependency',
  'source-uri': 'text',
  'source-path': 'text',
  'source-ref': 'text',
};

const FORM_OF_TAG_ID: readonly (Form | undefined)[] = Object.entries(META_TAG).reduce<
  (Form | undefined)[]
>((forms, [tag, id]) => {
  forms[id] = FORM_OF_TAG[tag as MetaTag];
  return forms;
}, []);
const REQUIRED: readonly MetaTag[] = [
  'name',
  'version',
  'release',
  'build-release',
  'architecture',
  'summary',
  'description',
  'source-id',
  'homepage',
];
const REQUIRED_IN_INDEX: readonly MetaTag[] = [
  ...REQUIRED,
  'package-uri',
  'package-hash',
  'package-size',
];

/** What the records around a package say about how to read it. */
export interface PackageContext {
  readonly mode: ReadMode;
  readonly place: Place;
  readonly purpose: MetaPurpose;
}

/** Collects the records of one Meta payload into a package and checks names, numbers and what must be there. */
export function packageFromRecords(
  records: readonly MetaRecord[],
  context: PackageContext,
): Result<StonePackage, StoneError> {
  const draft = new PackageDraft(context);
  for (const record of records) {
    const error = draft.add(record);
    if (error !== undefined) return { ok: false, error };
  }
  const missing = draft.firstMissing();
  if (missing !== undefined)
    return refuse('stone.meta-missing', context.place, { expected: missing });
  const stonePackage = draft.finish();
  const fault =
    checkPackageNames(stonePackage, context.place) ?? locationFault(stonePackage, context);
  return fault === undefined ? ok(stonePackage) : { ok: false, error: fault };
}

function locationFault(
  stonePackage: StonePackage,
  context: PackageContext,
): StoneError | undefined {
  if (context.purpose !== 'index-entry') return undefined;
  const { hash = '', uri = '' } = stonePackage;
  if (!isPackageHash(hash)) {
    return stoneError('stone.index-hash', context.place, { found: JSON.stringify(hash) });
  }
  if (context.mode === 'strict' && !isPackageUri(uri)) {
    return stoneError('stone.index-uri', context.place, { found: JSON.stringify(uri) });
  }
  return undefined;
}

class PackageDraft {
  /** Single values by tag number. */
  private readonly texts: (string | undefined)[] = [];
  private readonly numbers: (number | undefined)[] = [];
  private readonly licenses: string[] = [];
  private readonly depends: Dependency[] = [];
  private readonly provides: Dependency[] = [];
  private readonly conflicts: Dependency[] = [];
  private readonly buildDepends: Dependency[] = [];

  private readonly context: PackageContext;

  constructor(context: PackageContext) {
    this.context = context;
  }

  add(record: MetaRecord): StoneError | undefined {
    const expected = FORM_OF_TAG_ID[record.tagId];
    if (expected === undefined) return undefined;
    if (formOf(record) !== expected) return this.wrongForm(record, expected);
    switch (record.form) {
      case 'text':
        return this.addText(record);
      case 'integer':
        return this.addNumber(record);
      case 'capability': {
        const capability = capabilityOf(record.kindId, record.name);
        if (capability !== undefined) this.listOf(record.tagId).push(capability);
        return undefined;
      }
      case 'raw':
        return undefined;
    }
  }

  firstMissing(): MetaTag | undefined {
    const required = this.context.purpose === 'index-entry' ? REQUIRED_IN_INDEX : REQUIRED;
    return required.find((tag) => {
      const id = META_TAG[tag];
      return this.texts[id] === undefined && this.numbers[id] === undefined;
    });
  }

  finish(): StonePackage {
    const uri = this.texts[META_TAG['package-uri']];
    const hash = this.texts[META_TAG['package-hash']];
    const sizeBytes = this.numbers[META_TAG['package-size']];
    return {
      name: this.text(META_TAG.name),
      version: this.text(META_TAG.version),
      sourceRelease: this.number(META_TAG.release),
      buildRelease: this.number(META_TAG['build-release']),
      architecture: this.text(META_TAG.architecture),
      summary: this.text(META_TAG.summary),
      description: this.text(META_TAG.description),
      sourceId: this.text(META_TAG['source-id']),
      homepage: this.text(META_TAG.homepage),
      licenses: this.licenses,
      depends: this.depends,
      provides: this.provides,
      conflicts: this.conflicts,
      buildDepends: this.buildDepends,
      ...(uri === undefined ? {} : { uri }),
      ...(hash === undefined ? {} : { hash }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    };
  }

  private addText(record: Extract<MetaRecord, { form: 'text' }>): StoneError | undefined {
    if (record.tagId === META_TAG.license) {
      this.licenses.push(record.text);
      return undefined;
    }
    if (this.texts[record.tagId] !== undefined) return this.duplicate(record);
    this.texts[record.tagId] = record.text;
    return undefined;
  }

  private addNumber(record: Extract<MetaRecord, { form: 'integer' }>): StoneError | undefined {
    if (this.numbers[record.tagId] !== undefined) return this.duplicate(record);
    if (record.integer < 0n || record.integer > BigInt(INTEGER_MAX)) {
      const place = inside(this.context.place, record.plainOffset);
      return stoneError('stone.meta-number', place, { found: record.integer });
    }
    this.numbers[record.tagId] = Number(record.integer);
    return undefined;
  }

  private listOf(tagId: number): Dependency[] {
    if (tagId === META_TAG.depends) return this.depends;
    if (tagId === META_TAG.provides) return this.provides;
    return tagId === META_TAG.conflicts ? this.conflicts : this.buildDepends;
  }

  private duplicate(record: MetaRecord): StoneError | undefined {
    if (this.context.mode === 'tolerant') return undefined;
    const place = inside(this.context.place, record.plainOffset);
    return stoneError('stone.meta-duplicate', place, { found: metaTagName(record.tagId) ?? '' });
  }

  private wrongForm(record: MetaRecord, form: Form): StoneError | undefined {
    if (this.context.mode === 'tolerant') return undefined;
    const place = inside(this.context.place, record.plainOffset);
    const expected = `${metaTagName(record.tagId) ?? ''} as ${form}`;
    return stoneError('stone.meta-type', place, { expected, found: formOf(record) });
  }

  private text(tagId: number): string {
    return this.texts[tagId] ?? '';
  }

  private number(tagId: number): number {
    return this.numbers[tagId] ?? 0;
  }
}

function formOf(record: MetaRecord): Form | 'raw' {
  if (record.form !== 'capability') return record.form;
  return record.typeId === META_TYPE.dependency ? 'dependency' : 'provider';
}
