type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** What is said, without what is left out: spread over something else it changes only what it names. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
