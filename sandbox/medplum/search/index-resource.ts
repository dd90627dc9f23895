import {
  convertToSearchableDates,
  convertToSearchableNumbers,
  convertToSearchableQuantities,
  convertToSearchableReferences,
  convertToSearchableStrings,
  convertToSearchableTokens,
  convertToSearchableUris,
  evalFhirPathTyped,
  formatAddress,
  formatFamilyName,
  formatGivenName,
  formatHumanName,
  getSearchParameterDetails,
  getSearchParameters,
  SearchParameterType,
  type TypedValue,
  toTypedValue,
} from '@medplum/core';
import type { Address, HumanName, Reference, Resource, SearchParameter } from '@medplum/fhirtypes';
import type { Value } from '../repository/open-database.ts';
import { keptAs } from './kept-as.ts';
import { wordsOf } from './words-condition.ts';

export type IndexTable =
  | 'token_index'
  | 'text_index'
  | 'string_index'
  | 'reference_index'
  | 'date_index'
  | 'number_index';

/** One row to be: the search parameter's code, and the columns between `param` and `rid`. */
export interface IndexRow {
  readonly table: IndexTable;
  readonly code: string;
  readonly values: readonly Value[];
}

/** The real server's text columns end there; longer values are stored with the resource but never found. */
const MAX_INDEXED_CHARACTERS = 2700;

/** Behind a parameter's code: the rows of its single words, each with the whole text that it stands in. */
export const WORD_ROWS = ':word';

const TEXT_SYSTEM = 'text';
/** E-mail addresses and the like, which the real server lets be found by `:contains`. */
const FOUND_BY_PART = /-(email|phone|telecom)$/;
/** Answered from the columns of `resource` itself. */
const COLUMN_PARAMETERS = new Set(['_id', '_lastUpdated', '_source', '_compartment', '_deleted', '_project']);
const INDEXED_TYPES = new Set(['token', 'string', 'reference', 'date', 'number', 'quantity', 'uri']);

/** Which table holds a search parameter's values; undefined: not searchable here. */
export function indexTableOf(param: SearchParameter): IndexTable | undefined {
  switch (param.type) {
    case 'token':
    case 'uri':
      return 'token_index';
    case 'string':
      return 'string_index';
    case 'reference':
      return 'reference_index';
    case 'date':
      return 'date_index';
    case 'number':
    case 'quantity':
      return 'number_index';
    default:
      return undefined;
  }
}

/** Every index row of a resource. Pure: the rows of an old version are found again by calling it with that version. */
export function indexResource(resource: Resource): IndexRow[] {
  const rows = new Map<string, IndexRow>();
  if (resource.resourceType === 'Binary') return [];
  for (const { reference = '' } of resource.meta?.compartment ?? []) {
    // The id alone: nobody asks of what type a compartment is.
    const id = reference.split('/')[1];
    if (id) rows.set(reference, { table: 'reference_index', code: '_compartment', values: [id] });
  }
  const root = [toTypedValue(resource)];
  const keys = Object.keys(resource);
  for (const { param, elements } of indexedParameters(resource.resourceType)) {
    if (elements && !keys.some((key) => elements.some((element) => key.startsWith(element)))) continue;
    const details = getSearchParameterDetails(resource.resourceType, param);
    const values = evalFhirPathTyped(details.parsedExpression, root);
    if (values.length === 0) continue;
    for (const row of rowsOf(resource, param, details.type, values)) {
      rows.set(`${row.table}\0${row.code}\0${row.values.join('\0')}`, row);
    }
  }
  return [...rows.values()];
}

interface IndexedParameter {
  readonly param: SearchParameter;
  /** Without one of these elements the resource has no value for it, and FHIRPath need not be asked (most of the cost). */
  readonly elements: readonly string[] | undefined;
}

const parametersByType = new Map<string, readonly IndexedParameter[]>();

function indexedParameters(resourceType: string): readonly IndexedParameter[] {
  let params = parametersByType.get(resourceType);
  if (!params) {
    params = Object.values(getSearchParameters(resourceType) ?? {})
      .filter((p) => p.expression && INDEXED_TYPES.has(p.type) && !COLUMN_PARAMETERS.has(p.code))
      .map((param) => ({ param, elements: elementsOf(resourceType, param.expression ?? '') }));
    parametersByType.set(resourceType, params);
  }
  return params;
}

/** Top-level elements that an expression reads; undefined when it may say something about their absence. */
function elementsOf(resourceType: string, expression: string): string[] | undefined {
  if (/exists\(|empty\(|!=|not\(/.test(expression)) return undefined;
  const paths = expression.matchAll(new RegExp(`\\b(?:${resourceType}|Resource|DomainResource)\\.([a-zA-Z]+)`, 'g'));
  const elements = [...paths].map((match) => match[1] ?? '');
  return elements.length > 0 ? elements : undefined;
}

function rowsOf(
  resource: Resource,
  param: SearchParameter,
  type: SearchParameterType,
  values: TypedValue[],
): IndexRow[] {
  const code = param.code;
  const kept = keptAs(resource.resourceType, param);
  if (kept === 'words') return wordRows(code, wholeTexts(resource, code, values));
  switch (param.type) {
    case 'token':
      return type === SearchParameterType.BOOLEAN
        ? [{ table: 'token_index', code, values: [String(values[0]?.value), ''] }]
        : tokenRows(code, values, kept === 'folded-tokens' && FOUND_BY_PART.test(param.id ?? ''));
    case 'uri':
      return texts(convertToSearchableUris(values)).map((v) => ({ table: 'token_index', code, values: [v, ''] }));
    case 'string':
      return stringRows(code, values);
    case 'reference':
      return referenceRows(code, values);
    case 'date':
      return dateRows(code, type, values);
    default:
      return numberRows(param, values);
  }
}

function tokenRows(code: string, values: TypedValue[], foundByPart: boolean): IndexRow[] {
  return convertToSearchableTokens(values, { textSearchSystem: TEXT_SYSTEM }).flatMap((token): IndexRow[] => {
    const value = token.value?.trim() ?? '';
    const isText = token.system === TEXT_SYSTEM;
    // As on the real server a display text is found by `:text`, and also as if it were a code without a system.
    const row: IndexRow = {
      table: 'token_index',
      code,
      values: [value, isText ? '' : (token.system?.trim() ?? '')],
    };
    return isText || foundByPart ? [{ table: 'text_index', code, values: [value.toLowerCase()] }, row] : [row];
  });
}

function stringRows(code: string, values: TypedValue[]): IndexRow[] {
  return texts(convertToSearchableStrings(values)).map((value) => wholeRow(code, value));
}

function wholeRow(code: string, value: string): IndexRow {
  return { table: 'string_index', code, values: [value.toLowerCase(), value] };
}

function wordRows(code: string, wholes: string[]): IndexRow[] {
  return texts(wholes).flatMap((whole) => [
    wholeRow(code, whole),
    ...wordsOf(whole).map((word): IndexRow => {
      return { table: 'string_index', code: code + WORD_ROWS, values: [word, whole] };
    }),
  ]);
}

/** One text for each name or address, as the real server's lookup tables hold them. */
function wholeTexts(resource: Resource, code: string, values: TypedValue[]): string[] {
  if (code === 'given' || code === 'family') {
    const { name = [] } = resource as { name?: HumanName[] };
    return name.map(code === 'given' ? formatGivenName : formatFamilyName).filter(Boolean);
  }
  return values
    .map(({ type, value }) => {
      if (type === 'HumanName') return nameText(value);
      return type === 'Address' ? formatAddress(value as Address) : String(value).trim();
    })
    .filter(Boolean);
}

/** A name, and whatever other words its `text` has. */
function nameText(name: HumanName): string {
  const text = formatHumanName(name);
  const known = new Set(wordsOf(text));
  return [text, ...wordsOf(name.text ?? '').filter((word) => !known.has(word))].filter(Boolean).join(' ');
}

function referenceRows(code: string, values: TypedValue[]): IndexRow[] {
  const rows: IndexRow[] = texts(convertToSearchableReferences(values)).map((value) => ({
    table: 'reference_index',
    code,
    values: [value],
  }));
  for (const { value } of values) {
    const identifier = (value as Reference | undefined)?.identifier;
    // `subject:identifier=system|value` finds logical references, where no stored resource is named.
    if (typeof identifier === 'object' && identifier.value) {
      rows.push({
        table: 'token_index',
        code: `${code}:identifier`,
        values: [identifier.value, identifier.system ?? ''],
      });
    }
  }
  return rows;
}

function dateRows(code: string, type: SearchParameterType, values: TypedValue[]): IndexRow[] {
  return convertToSearchableDates(values).flatMap((period): IndexRow[] => {
    const value = period.start ?? period.end;
    if (!value) return [];
    return [
      {
        table: 'date_index',
        code,
        values: [type === SearchParameterType.DATE ? value.slice(0, 10) : isoInstant(value)],
      },
    ];
  });
}

/** Any date or dateTime as an instant in UTC, so that text order is time order. Unreadable values are kept as they are. */
export function isoInstant(value: string): string {
  const time = Date.parse(value);
  return Number.isNaN(time) ? value : new Date(time).toISOString();
}

function numberRows(param: SearchParameter, values: TypedValue[]): IndexRow[] {
  const numbers =
    param.type === 'number'
      ? convertToSearchableNumbers(values).map(([low, high]) => low ?? high)
      : convertToSearchableQuantities(values).map((q) => q.value);
  return numbers.filter((n) => n !== undefined).map((n) => ({ table: 'number_index', code: param.code, values: [n] }));
}

function texts(values: string[]): string[] {
  return values.filter((v) => v.length <= MAX_INDEXED_CHARACTERS);
}

/** `meta.source` as it can be searched: null when the real server would not find it either. */
export function indexedSource(resource: Resource): string | null {
  const source = resource.meta?.source;
  return source && source.length <= MAX_INDEXED_CHARACTERS ? source : null;
}
