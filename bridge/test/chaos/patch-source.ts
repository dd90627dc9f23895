import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { patchSources } from './patch-text.ts';

/**
 * Loaded into processes of the chaos suite (`node --import`): they read the source files that SOURCE_PATCHES (JSON of
 * SourcePatch[]) names otherwise than they are.
 */
const sources = patchSources(JSON.parse(process.env.SOURCE_PATCHES ?? '[]'));
const byUrl = new Map([...sources].map(([path, source]) => [pathToFileURL(path).href, source]));

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    const source = byUrl.get(url);
    return source === undefined ? loaded : { ...loaded, source };
  },
});
