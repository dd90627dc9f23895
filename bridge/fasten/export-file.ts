/** One file of an export, known by ids alone: its URL is rebuilt from the configured address when it is fetched. */
export interface ExportFile {
  /** The task id as it stands in the link, which need not be the event's own `task_id`. */
  readonly exportId: string;
  readonly fileId: string;
}

/**
 * Reads the ids out of a `download_links[].url`. That URL is Fasten's own API path, so a link to anywhere else is not
 * followed: credentials would go with it.
 *
 * @param url - As the event gave it.
 * @param baseUrl - The configured API, ending in `/v1`.
 * @returns The ids, or nothing when the link is not a download of the configured API.
 */
export function locateFile(url: string, baseUrl: string): ExportFile | undefined {
  if (!URL.canParse(url)) {
    return undefined;
  }
  const link = new URL(url);
  const match = /\/bridge\/fhir\/ehi-export\/([^/]+)\/download\/([^/]+)\/?$/.exec(link.pathname);
  const [exportId, fileId] = [decode(match?.[1]), decode(match?.[2])];
  if (link.origin !== new URL(baseUrl).origin || link.username !== '' || !exportId || !fileId) {
    return undefined;
  }
  return { exportId, fileId };
}

/** A segment that decodes to a path of its own could climb to another call of the API. */
function decode(segment = ''): string | undefined {
  try {
    const text = decodeURIComponent(segment);
    return text.length > 512 || text === '.' || text === '..' || /[/\\]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
