import { formatSourceKey, type SourceKey } from '../../contract/source-key.ts';
import { TextPool } from '../ledger/text-pool.ts';
import { type ParsedReference, parseReference } from '../parse-reference.ts';
import { type Identifier, SearchAnswers } from './answer-searches.ts';
import { Column } from './column.ts';
import { KeyTable } from './key-table.ts';

/** What the first pass learns of one readable line. */
export interface IndexedLine {
  readonly file: number;
  readonly number: number;
  readonly offset: number;
  readonly length: number;
  readonly key: SourceKey;
  /** `meta.lastUpdated` in milliseconds since 1970, NaN when the line has none. */
  readonly lastUpdatedMs: number;
  /** Texts of the line's references. */
  readonly references: Iterable<string>;
  /** By which a conditional reference may ask for it. */
  readonly identifiers?: readonly Identifier[];
  /** `fullUrl` of a Bundle's entry. */
  readonly fullUrl?: string | undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * What must be known of every line before the first is written: where it lies, its key and what it refers to.
 * Holds numbers only, about 100 bytes a line, never a body (design, section 5).
 */
export class ExportIndex {
  readonly #file = new Column('int32');
  readonly #number = new Column('int32');
  readonly #offset = new Column('float64');
  readonly #length = new Column('uint32');
  readonly #type = new Column('uint8');
  #lastUpdatedMs = new Column('float64');
  /** 1 for a row whose key belongs to a newer row. */
  readonly #shaded = new Column('uint8');
  /** Where a row's edges begin in `#edges`; they end where the next row's begin. */
  readonly #firstEdge = new Column('int32');
  readonly #edges = new Column('int32');
  readonly #keys = new KeyTable();
  /**
   * Keys that are referred to, numbered; `#edges` holds these numbers until `resolveEdges`, since most targets come later,
   * and below zero, as `~number`, those of searches.
   */
  #awaited = new KeyTable();
  #awaitedRows = new Column('int32');
  readonly #answers = new SearchAnswers();
  /** Ids of what may be referred to by something else: the entries of a Bundle, and what a search may ask for. */
  readonly #ids = new TextPool(Number.POSITIVE_INFINITY);
  readonly #idOfRow = new Column('int32');
  readonly types: string[] = [];

  get size(): number {
    return this.#file.length;
  }

  /** Adds a line. Returns the row that this line puts in the shade (a repeat of its key), the new row itself, or -1. */
  add(line: IndexedLine): number {
    const row = this.size;
    this.#file.push(line.file);
    this.#number.push(line.number);
    this.#offset.push(line.offset);
    this.#length.push(line.length);
    this.#type.push(this.#typeCode(line.key.resourceType));
    this.#lastUpdatedMs.push(line.lastUpdatedMs);
    this.#firstEdge.push(this.#edges.length);
    for (const text of line.references) this.#addEdge(text);
    this.#shaded.push(0);
    const shaded = this.#claim(line.key, row);
    if (shaded !== -1) this.#shaded.set(shaded, 1);
    this.#nameOtherwise(line, row);
    return shaded;
  }

  rowOf(key: SourceKey): number {
    return this.#keys.get(formatSourceKey(key));
  }

  /** The row that any reference means, known after {@link resolveEdges}; -1 when it means none. */
  rowOfReference(parsed: ParsedReference): number {
    if (parsed.kind === 'literal') return this.rowOf(parsed);
    return parsed.kind === 'urn' ? this.rowOfUrn(parsed.urn) : this.#answers.rowOf(parsed);
  }

  /** The row that a `urn:uuid:` reference means: it is its entry's `fullUrl`, or that UUID its id. -1 when there is none. */
  rowOfUrn(urn: string): number {
    return this.#standing(this.#keys.get(urn.toLowerCase()));
  }

  /**
   * The id of a row that a reference may mean without saying it: of a Bundle's entry, whose resource may not say it either,
   * and of what a conditional reference may ask for. Undefined for all others.
   */
  idOf(row: number): string | undefined {
    const id = row < this.#idOfRow.length ? this.#idOfRow.at(row) : -1;
    return id === -1 ? undefined : this.#ids.at(id);
  }

  /**
   * Names a Binary row by the URL that its bytes came from, since Fasten's synthesised Binaries have ids of their own
   * (base64 of that URL) that no attachment uses.
   */
  nameDocument(url: string, row: number): void {
    for (const name of documentNames(url)) this.#keys.set(`document:${name}`, row);
  }

  /** The Binary row that an attachment's URL means, in any of the forms that exports use; -1 when there is none. */
  rowOfDocument(url: string): number {
    const parsed = parseReference(url);
    const own = parsed.kind === 'literal' && parsed.resourceType === 'Binary' ? this.rowOf(parsed) : -1;
    if (own !== -1) return own;
    const entry = parsed.kind === 'urn' ? this.rowOfUrn(parsed.urn) : -1;
    if (entry !== -1 && this.typeOf(entry) === 'Binary') return entry;
    return (
      documentNames(url)
        .map((name) => this.#keys.get(`document:${name}`))
        .find((row) => row !== -1) ?? -1
    );
  }

  /** True for a repeat that gave way to another line with the same key. */
  isShaded(row: number): boolean {
    return this.#shaded.at(row) === 1;
  }

  lineNumber(row: number): number {
    return this.#number.at(row);
  }

  typeOf(row: number): string {
    return this.types[this.#type.at(row)] ?? '';
  }

  place(row: number): { file: number; offset: number; length: number } {
    return { file: this.#file.at(row), offset: this.#offset.at(row), length: this.#length.at(row) };
  }

  /** Rows that this row refers to, known after {@link resolveEdges}; itself and repeats included. */
  targets(row: number): number[] {
    const end = row + 1 < this.size ? this.#firstEdge.at(row + 1) : this.#edges.length;
    const targets: number[] = [];
    for (let edge = this.#firstEdge.at(row); edge < end; edge++) {
      const target = this.#edges.at(edge);
      if (target >= 0) targets.push(target);
    }
    return targets;
  }

  /** Whether the row refers to something that is no row, known after {@link resolveEdges}. */
  leavesExport(row: number): boolean {
    const end = row + 1 < this.size ? this.#firstEdge.at(row + 1) : this.#edges.length;
    for (let edge = this.#firstEdge.at(row); edge < end; edge++) if (this.#edges.at(edge) < 0) return true;
    return false;
  }

  /** Turns the awaited keys into rows, once every line is known, and lets go of what only more lines would need. */
  resolveEdges(): void {
    this.#answers.settle((row) => this.isShaded(row));
    for (let edge = 0; edge < this.#edges.length; edge++) {
      const awaited = this.#edges.at(edge);
      this.#edges.set(edge, awaited < 0 ? this.#answers.at(~awaited) : this.#standing(this.#awaitedRows.at(awaited)));
    }
    this.#awaited = new KeyTable();
    this.#awaitedRows = new Column('int32');
    this.#lastUpdatedMs = new Column('float64');
  }

  #nameOtherwise({ key, fullUrl, identifiers = [] }: IndexedLine, row: number): void {
    if (fullUrl === undefined && identifiers.length === 0) return;
    while (this.#idOfRow.length <= row) this.#idOfRow.push(-1);
    this.#idOfRow.set(row, this.#ids.keep(key.id));
    if (fullUrl?.startsWith('urn:')) this.#name(fullUrl.toLowerCase(), row);
    for (const identifier of identifiers) this.#answers.claim(key.resourceType, identifier, row);
  }

  /** The row that took the place of a repeat; other rows, and -1, as they are. */
  #standing(row: number): number {
    const id = row !== -1 && this.isShaded(row) ? this.idOf(row) : undefined;
    return id === undefined ? row : this.rowOf({ resourceType: this.typeOf(row), id });
  }

  #addEdge(text: string): void {
    const parsed = parseReference(text);
    if (parsed.kind === 'literal') this.#edges.push(this.#await(formatSourceKey(parsed)));
    if (parsed.kind === 'urn') this.#edges.push(this.#await(parsed.urn.toLowerCase()));
    const search = this.#answers.numberOf(parsed);
    if (search !== undefined) this.#edges.push(~search);
  }

  #await(key: string): number {
    const known = this.#awaited.get(key);
    if (known !== -1) return known;
    const awaited = this.#awaitedRows.length;
    this.#awaitedRows.push(this.#keys.get(key));
    this.#awaited.set(key, awaited);
    return awaited;
  }

  /** Gives the key to this row unless an earlier row with the same key is newer; one that says no time is the oldest. */
  #claim(key: SourceKey, row: number): number {
    const text = formatSourceKey(key);
    const holder = this.#keys.get(text);
    if (holder !== -1 && this.#ageRank(holder) > this.#ageRank(row)) return row;
    this.#name(text, row);
    if (UUID.test(key.id)) this.#name(`urn:uuid:${key.id.toLowerCase()}`, row);
    return holder;
  }

  #ageRank(row: number): number {
    const lastUpdatedMs = this.#lastUpdatedMs.at(row);
    return Number.isNaN(lastUpdatedMs) ? Number.NEGATIVE_INFINITY : lastUpdatedMs;
  }

  #name(key: string, row: number): void {
    this.#keys.set(key, row);
    const awaited = this.#awaited.get(key);
    if (awaited !== -1) this.#awaitedRows.set(awaited, row);
  }

  #typeCode(resourceType: string): number {
    const code = this.types.indexOf(resourceType);
    return code === -1 ? this.types.push(resourceType) - 1 : code;
  }
}

/** A URL as it is, and what it says as a reference: attachments are relative where the request was absolute. */
function documentNames(url: string): string[] {
  const parsed = parseReference(url);
  if (parsed.kind === 'literal') return [url, formatSourceKey(parsed)];
  const [, relative] = OPERATION.exec(url) ?? [];
  return relative === undefined ? [url] : [url, relative];
}

/** A document that is made when it is asked for: `https://ehr.example.org/r4/Binary/$autogen-ccd-if?patient=1`. */
const OPERATION = /^https?:\/\/.*?\/(Binary\/[^/?#]+\?.+)$/s;
