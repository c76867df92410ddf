import { err, ok, type Result } from '@cairn/std';

/** Why bytes are no ELF file that can be read. */
export interface ElfError {
  readonly code: 'elf.not-elf' | 'elf.malformed' | 'elf.unsupported';
  readonly message: string;
}

/** What the analysers need to know of an ELF file. */
export interface ElfFacts {
  readonly bits: 32 | 64;
  /** Lower-case machine name as it stands in capabilities: `x86_64`, `386`, `aarch64`, `riscv`. */
  readonly isa: string;
  readonly type: 'relocatable' | 'executable' | 'shared' | 'other';
  /** DT_NEEDED in the order of the file. */
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** Entries of DT_RUNPATH, then of DT_RPATH. */
  readonly runPaths: readonly string[];
  readonly interpreter: string | undefined;
  /** Lower-case hexadecimal GNU build id. */
  readonly buildId: string | undefined;
  /** Whether sections with debug information are present. */
  readonly hasDebugInfo: boolean;
}

const SECTIONS_MAX = 65_535;
const DYNAMIC_ENTRIES_MAX = 65_536;
const TEXT_LENGTH_MAX = 4_096;
const NOTE_SIZE_MAX_BYTES = 1_048_576;
const BUILD_ID_SIZE_MAX_BYTES = 64;

const SHT_DYNAMIC = 6;
const SHT_NOTE = 7;
const SHT_NOBITS = 8;
const SHT_DYNSYM = 11;
const DT_NEEDED = 1;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
const NT_GNU_BUILD_ID = 3;

const MACHINES: ReadonlyMap<number, string> = new Map([
  [3, '386'],
  [8, 'mips'],
  [20, 'ppc'],
  [21, 'ppc64'],
  [22, 's390'],
  [40, 'arm'],
  [62, 'x86_64'],
  [183, 'aarch64'],
  [243, 'riscv'],
  [247, 'bpf'],
  [258, 'loongarch'],
]);

interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** Reads an ELF file of any byte order and either word size. Every offset is checked before it is followed. */
export function readElf(bytes: Uint8Array): Result<ElfFacts, ElfError> {
  if (!isElf(bytes))
    return err({ code: 'elf.not-elf', message: 'The file does not begin with the ELF magic.' });
  try {
    return new ElfReader(bytes).facts();
  } catch (error) {
    if (!(error instanceof OutsideFile)) throw error;
    return err({ code: 'elf.malformed', message: error.message });
  }
}

/** Whether bytes begin like an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return (
    bytes.byteLength >= 20 &&
    bytes[0] === 0x7f &&
    bytes[1] === 0x45 &&
    bytes[2] === 0x4c &&
    bytes[3] === 0x46
  );
}

class OutsideFile extends Error {}

class ElfReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #wide: boolean;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#wide = bytes[4] === 2;
    this.#little = bytes[5] !== 2;
  }

  facts(): Result<ElfFacts, ElfError> {
    const machine = this.#u16(18);
    const isa = MACHINES.get(machine);
    if (isa === undefined)
      return err({
        code: 'elf.unsupported',
        message: `The machine number ${machine} is not known.`,
      });
    const sections = this.#sections();
    const dynamic = this.#dynamic(sections);
    return ok({
      bits: this.#wide ? 64 : 32,
      isa,
      type: this.#type(),
      needed: dynamic.get(DT_NEEDED) ?? [],
      soname: dynamic.get(DT_SONAME)?.[0],
      runPaths: [...(dynamic.get(DT_RUNPATH) ?? []), ...(dynamic.get(DT_RPATH) ?? [])]
        .flatMap((text) => text.split(':'))
        .filter((text) => text !== ''),
      interpreter: this.#interpreter(sections),
      buildId: this.#buildId(sections),
      hasDebugInfo: sections.some(
        (section) => section.name.startsWith('.debug_') || section.name.startsWith('.zdebug_'),
      ),
    });
  }

  #type(): ElfFacts['type'] {
    const type = this.#u16(16);
    if (type === 1) return 'relocatable';
    if (type === 2) return 'executable';
    return type === 3 ? 'shared' : 'other';
  }

  #sections(): Section[] {
    const tableOffset = this.#word(this.#wide ? 40 : 32);
    const entrySize = this.#u16(this.#wide ? 58 : 46);
    let count = this.#u16(this.#wide ? 60 : 48);
    let namesIndex = this.#u16(this.#wide ? 62 : 50);
    if (tableOffset === 0 || entrySize < (this.#wide ? 64 : 40)) return [];
    const first = this.#header(tableOffset);
    if (count === 0) count = first.size;
    if (namesIndex === 0xffff) namesIndex = first.link;
    if (count > SECTIONS_MAX) throw new OutsideFile('There are too many sections.');
    const raw = Array.from({ length: count }, (_, index) =>
      this.#header(tableOffset + index * entrySize),
    );
    const names = raw[namesIndex];
    return raw.map((section) => ({
      ...section,
      name: names === undefined ? '' : this.#text(names, section.nameOffset),
    }));
  }

  #header(at: number): {
    nameOffset: number;
    type: number;
    offset: number;
    size: number;
    link: number;
  } {
    const wide = this.#wide;
    return {
      nameOffset: this.#u32(at),
      type: this.#u32(at + 4),
      offset: this.#word(at + (wide ? 24 : 16)),
      size: this.#word(at + (wide ? 32 : 20)),
      link: this.#u32(at + (wide ? 40 : 24)),
    };
  }

  /** Texts of the dynamic section by tag. The string table is the one of the dynamic symbols. */
  #dynamic(sections: readonly Section[]): Map<number, string[]> {
    const values = new Map<number, string[]>();
    const dynamic = sections.find((section) => section.type === SHT_DYNAMIC);
    const symbols = sections.find((section) => section.type === SHT_DYNSYM);
    const strings = symbols === undefined ? undefined : sections[symbols.link];
    if (dynamic === undefined || strings === undefined) return values;
    const entrySize = this.#wide ? 16 : 8;
    const count = Math.min(Math.floor(dynamic.size / entrySize), DYNAMIC_ENTRIES_MAX);
    for (let index = 0; index < count; index += 1) {
      const at = dynamic.offset + index * entrySize;
      const tag = this.#word(at);
      if (tag === 0) break;
      if (tag !== DT_NEEDED && tag !== DT_SONAME && tag !== DT_RPATH && tag !== DT_RUNPATH)
        continue;
      const text = this.#text(strings, this.#word(at + entrySize / 2));
      values.set(tag, [...(values.get(tag) ?? []), text]);
    }
    return values;
  }

  #interpreter(sections: readonly Section[]): string | undefined {
    const section = sections.find(({ name, type }) => name === '.interp' && type !== SHT_NOBITS);
    return section === undefined ? undefined : this.#text(section, 0);
  }

  #buildId(sections: readonly Section[]): string | undefined {
    for (const section of sections) {
      if (section.type !== SHT_NOTE || section.size > NOTE_SIZE_MAX_BYTES) continue;
      const found = this.#buildIdIn(section);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #buildIdIn(section: Section): string | undefined {
    let at = section.offset;
    const end = section.offset + section.size;
    while (at + 12 <= end) {
      const nameSize = this.#u32(at);
      const descSize = this.#u32(at + 4);
      const type = this.#u32(at + 8);
      const descAt = at + 12 + align4(nameSize);
      if (descAt + descSize > end) return undefined;
      if (
        type === NT_GNU_BUILD_ID &&
        nameSize === 4 &&
        descSize >= 2 &&
        descSize <= BUILD_ID_SIZE_MAX_BYTES
      ) {
        return Buffer.from(this.#slice(descAt, descSize)).toString('hex');
      }
      at = descAt + align4(descSize);
    }
    return undefined;
  }

  #text(section: { readonly offset: number; readonly size: number }, at: number): string {
    if (at >= section.size) throw new OutsideFile('A text lies outside its table.');
    const bytes = this.#slice(section.offset + at, Math.min(section.size - at, TEXT_LENGTH_MAX));
    const end = bytes.indexOf(0);
    return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
  }

  #slice(at: number, size: number): Uint8Array {
    this.#check(at, size);
    return this.#bytes.subarray(at, at + size);
  }

  #u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, this.#little);
  }

  #u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, this.#little);
  }

  /** An address-sized number; above 2^53 it cannot lie inside a file anyway. */
  #word(at: number): number {
    if (!this.#wide) return this.#u32(at);
    this.#check(at, 8);
    return Number(this.#view.getBigUint64(at, this.#little));
  }

  #check(at: number, size: number): void {
    if (at < 0 || at + size > this.#bytes.byteLength)
      throw new OutsideFile('An offset lies outside the file.');
  }
}

function align4(size: number): number {
  return (size + 3) & ~3;
}
