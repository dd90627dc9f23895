/** `user/Patient.rs?status=final`, in parts. */
interface SmartScope {
  readonly of: string;
  /** Out of `cruds`. */
  readonly interactions: string;
  readonly criteria: string | undefined;
}

const SCOPE = /^((?:patient|user|system)\/(?:\w+|\*))\.(read|write|c?r?u?d?s?|\*)$/;
const LONG_FORMS: Readonly<Record<string, string>> = { '*': 'cruds', read: 'rs', write: 'cud' };

/** Whether every SMART scope of `wanted` is, as it is or as a part, among those of `given`. Other scopes do not count. */
export function isWithinScope(wanted: string, given: string): boolean {
  const all = parseScopes(given);
  return parseScopes(wanted).every((one) => all.some((other) => isPartOf(one, other)));
}

function isPartOf(one: SmartScope, other: SmartScope): boolean {
  if (one.of !== other.of) return false;
  if ([...one.interactions].some((letter) => !other.interactions.includes(letter))) return false;
  return other.criteria === undefined || other.criteria === one.criteria;
}

function parseScopes(scope: string): SmartScope[] {
  return scope.split(' ').flatMap((term) => {
    const [base = '', criteria] = term.split('?', 2);
    const [, of, interactions = ''] = SCOPE.exec(base) ?? [];
    return of ? [{ of, interactions: LONG_FORMS[interactions] ?? interactions, criteria }] : [];
  });
}
