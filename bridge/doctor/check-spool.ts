import { mkdir } from 'node:fs/promises';
import { measureRoom } from '../spool/measure-room.ts';
import { about, type Finding } from './finding.ts';

const spool = about('spool');

/** An export of 3 GB lies there packed and unpacked. */
const COMFORTABLE_BYTES = 10_000_000_000;

/** Whether there is room for exports while they are loaded. */
export async function checkSpool({
  dir,
  leastBytes,
}: {
  readonly dir: string;
  readonly leastBytes: number;
}): Promise<Finding> {
  let bytes: number;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    bytes = await measureRoom(dir);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    return spool.fault(`SPOOL_DIR cannot be written${code}: make the folder, owned by the user of the worker`);
  }
  const room = `${(bytes / 1e9).toFixed(1)} GB of room`;
  if (bytes < leastBytes) return spool.fault(`${room}, less than SPOOL_MIN_FREE_MB: make room or give it another disk`);
  if (bytes < COMFORTABLE_BYTES) return spool.warning(`${room}: an export of 3 GB needs more while it is loaded`);
  return spool.ok(room);
}
