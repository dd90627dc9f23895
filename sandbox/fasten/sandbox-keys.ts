/** Public knowledge: these open nothing but a sandbox. */
export const SANDBOX_KEYS = {
  publicId: 'public_test_sandbox',
  privateKey: 'private_test_sandbox',
  webhookSecret: 'whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAxMjM0NQ==',
} as const;
