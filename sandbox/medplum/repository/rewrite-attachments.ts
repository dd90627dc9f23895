/** Turns the id of a Binary into a link that serves its bytes; undefined: there is no such Binary, leave the reference. */
export type LinkBinary = (id: string) => Promise<string | undefined>;

/** Where links to Binaries may point on this server. */
export interface BinaryUrls {
  readonly fhirBase: string;
  readonly storageBase: string;
}

/**
 * Puts presigned links in place of `Binary/<id>` in every `url` and `path` below `value`, as the real server does on
 * every read. What a Binary itself holds is left alone.
 * @returns the same value when there was nothing to change
 */
export async function linkAttachments(value: unknown, urls: BinaryUrls, link: LinkBinary): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => linkAttachments(item, urls, link)));
  if (!isRecord(value) || value.resourceType === 'Binary') return value;
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const id = isUrl(key, inner) ? binaryIdOf(inner, urls) : undefined;
    entries.push([key, id ? ((await link(id)) ?? `Binary/${id}`) : await linkAttachments(inner, urls, link)]);
  }
  return Object.fromEntries(entries);
}

/** The other way, on every write, in place: whatever link a client sends back is stored as `Binary/<id>`. */
export function unlinkAttachments(value: unknown, urls: BinaryUrls): void {
  if (Array.isArray(value)) {
    for (const item of value) unlinkAttachments(item, urls);
    return;
  }
  if (!isRecord(value) || value.resourceType === 'Binary') return;
  for (const [key, inner] of Object.entries(value)) {
    const id = isUrl(key, inner) ? binaryIdOf(inner, urls) : undefined;
    if (id) value[key] = `Binary/${id}`;
    else if (typeof inner === 'object') unlinkAttachments(inner, urls);
  }
}

function isUrl(key: string, value: unknown): value is string {
  return (key === 'url' || key === 'path') && typeof value === 'string';
}

function binaryIdOf(url: string, { fhirBase, storageBase }: BinaryUrls): string | undefined {
  const roots = ['Binary/', `${fhirBase}Binary/`, storageBase];
  const root = roots.find((r) => url.startsWith(r));
  return root && url.slice(root.length).split(/[/?]/)[0];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
