import { z } from 'zod';

const healthSchema = z.record(z.string(), z.string());

/** What the bridge says of what it needs, each `ok` or `down`. Throws when the bridge itself does not answer. */
export async function readHealth(): Promise<z.output<typeof healthSchema>> {
  // A part that is down is told with status 503.
  return healthSchema.parse(await (await fetch('/readyz')).json());
}
