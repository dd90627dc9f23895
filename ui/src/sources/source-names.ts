/** How the platforms that Fasten names are called by people. */
const PLATFORM_NAMES: Readonly<Record<string, string>> = {
  epic: 'Epic',
  cerner: 'Oracle Health',
  athena: 'athenahealth',
  tefca: 'TEFCA',
  medicare: 'Medicare',
  va: 'Veterans Affairs',
};

/** Mantine colours that tell sources apart; each is readable as a light badge in both schemes. */
const COLORS = ['blue', 'green', 'gray', 'orange'] as const;

export interface NamedSource {
  readonly namespace: string;
  readonly name: string;
  /** A colour of Mantine's. */
  readonly color: string;
}

/** What is known about a namespace that could name it for people, the best first. */
export interface NameHints {
  readonly namespace: string;
  /** As Fasten's catalog calls the health system. */
  readonly catalog?: string | undefined;
  /** The organisation that keeps the source's Patient. */
  readonly organization?: string | undefined;
  /** Fasten's code of the platform. */
  readonly platform?: string | undefined;
}

/**
 * Names each source of one patient. Two of the same name are told apart by the beginning of their namespace, which also
 * stands in when nothing else is known.
 */
export function nameSources(hints: readonly NameHints[]): NamedSource[] {
  const named = hints.map((hint) => ({ namespace: hint.namespace, name: nameOf(hint) }));
  return named.map(({ namespace, name }, index) => {
    const isShared = named.some((other) => other.name === name && other.namespace !== namespace);
    const color = COLORS[index % COLORS.length] ?? 'gray';
    return { namespace, name: isShared ? `${name} (${namespace.slice(0, 4)})` : name, color };
  });
}

function nameOf({ namespace, catalog, organization, platform }: NameHints): string {
  const known = catalog ?? organization ?? (platform && (PLATFORM_NAMES[platform] ?? platform));
  if (known) return known;
  // Whoever loads a file by hand gives the namespace a name; Fasten's are UUIDs.
  return /^[0-9a-f]{8}-/.test(namespace) ? `Health system ${namespace.slice(0, 4)}` : namespace;
}
