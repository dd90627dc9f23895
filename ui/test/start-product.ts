import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorld, type World } from '../../bridge/test/start-world.ts';
import { buildPages } from './build-pages.ts';

export interface Product extends World {
  /** Where a browser opens it; without a slash at the end. */
  readonly url: string;
}

/** Everything as `npm start` has it, on free ports: the bridge with the ui as it is now, and the sandbox around it. */
export async function startProduct(): Promise<Product> {
  const pageFolder = await mkdtemp(join(tmpdir(), 'ui-'));
  await buildPages(pageFolder);
  const world = await startWorld({ pageFolder });
  return {
    ...world,
    url: new URL(world.api).origin,
    close: async () => {
      await world.close();
      await rm(pageFolder, { recursive: true });
    },
  };
}
