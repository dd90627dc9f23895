import { createReadStream } from 'node:fs';
import type { ExportStats } from './state.ts';

/** A longer line (a scan, an image) is not parsed: what is kept of it is its two ends. */
const MAX_PARSED_BYTES = 1024 * 1024;
const TAIL_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Counts the resources of a JSONL file by type, for the `stats` of the webhook, holding no more than about 1 MB of it.
 * Lines that are no JSON are not counted: stats are advisory, at Fasten too.
 *
 * @param path - The file; it may be larger than memory and so may one line of it.
 * @throws Error with code ENOENT and the like when it cannot be read.
 */
export async function countResources(path: string): Promise<ExportStats> {
  const byType = new Map<string, number>();
  let line = emptyLine();
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      append(line, chunk.subarray(start, end));
      count(line, byType);
      line = emptyLine();
      start = end + 1;
    }
    append(line, chunk.subarray(start));
  }
  count(line, byType);
  const entries = [...byType].sort(([a], [b]) => (a < b ? -1 : 1));
  const totalResources = entries.reduce((sum, [, number]) => sum + number, 0);
  return { totalResources, totalByResourceType: Object.fromEntries(entries) };
}

interface Line {
  parts: Buffer[];
  bytes: number;
  /** The last bytes of a line too long to keep. */
  tail: Buffer;
}

function emptyLine(): Line {
  return { parts: [], bytes: 0, tail: Buffer.alloc(0) };
}

function append(line: Line, part: Buffer): void {
  line.bytes += part.length;
  if (line.bytes <= MAX_PARSED_BYTES) {
    line.parts.push(part);
  } else {
    line.tail = Buffer.concat([line.tail, part.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }
}

function count(line: Line, byType: Map<string, number>): void {
  const head = Buffer.concat(line.parts)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  const type = line.bytes <= MAX_PARSED_BYTES ? typeOf(head) : (typeIn(head.slice(0, TAIL_BYTES)) ?? typeIn(line.tail));
  if (type !== undefined) {
    byType.set(type, (byType.get(type) ?? 0) + 1);
  }
}

function typeOf(text: string): string | undefined {
  try {
    const resource: unknown = JSON.parse(text);
    const isResource = typeof resource === 'object' && resource !== null && 'resourceType' in resource;
    return isResource && typeof resource.resourceType === 'string' ? resource.resourceType : undefined;
  } catch {
    return undefined;
  }
}

function typeIn(text: string | Buffer): string | undefined {
  return /"resourceType"\s*:\s*"([A-Za-z]+)"/.exec(text.toString('latin1'))?.[1];
}
