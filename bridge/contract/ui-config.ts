import { z } from 'zod';

/** The answer of `GET /config.json`: what the ui must know before anybody has signed in. No secrets. */
export const uiConfigSchema = z.object({
  /** Where the browser reaches Medplum; may differ from the address that the bridge itself uses. */
  medplumBaseUrl: z.url({ protocol: /^https?$/ }),
  /** The project to sign in to. A patient is a user of one project, not of the server, and is not found without it. */
  medplumProjectId: z.string().min(1).optional(),
  /** Path in front of the bridge's own API, such as `/api/fasten-health`. */
  apiPrefix: z.string().startsWith('/'),
  /** What logos of health systems lie below: `<brand id>.png`. Ends in a slash. */
  logosUrl: z.url({ protocol: /^https?$/ }),
});

export type UiConfig = z.infer<typeof uiConfigSchema>;
