import type { Resource } from '@medplum/fhirtypes';

type Fields = Record<string, unknown>;

/** Removes fields, in place: `name`, nested ones such as `name.family`, and a choice (`value[x]`) in every type of it. */
export function hideFields(resource: Resource, paths: readonly string[]): void {
  for (const path of paths) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let holders = [resource as unknown as Fields];
    for (const part of parts) {
      holders = holders.flatMap((holder) => namesOf(holder, part).flatMap((name) => objectsIn(holder[name])));
    }
    for (const holder of holders) {
      for (const name of namesOf(holder, last)) delete holder[name];
    }
  }
}

/** As the real server: the old value of a field at the top comes back, a nested one or a choice is only removed. */
export function restoreFields<T extends Resource>(
  resource: T,
  previous: Resource | undefined,
  paths: readonly string[],
): T {
  hideFields(resource, paths);
  const [to, from] = [resource as unknown as Fields, previous as unknown as Fields | undefined];
  for (const path of paths) {
    if (from?.[path] && !path.includes('.') && !path.endsWith('[x]')) to[path] = from[path];
  }
  return resource;
}

function namesOf(holder: Fields, name: string): string[] {
  if (!name.endsWith('[x]')) return [name];
  const base = name.slice(0, -'[x]'.length);
  return Object.keys(holder).filter((key) => new RegExp(`^${base}[A-Z]`).test(key));
}

function objectsIn(value: unknown): Fields[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((each): each is Fields => typeof each === 'object' && each !== null);
}
