import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/**
 * Tells whether a body is signed by one of our secrets and fresh (five minutes either way). Returns false for everything
 * else, whatever is wrong with it.
 */
export type VerifySignature = (rawBody: Buffer, headers: Headers) => boolean;

/** As Node gives them: names in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/**
 * Makes the check for Standard Webhooks (https://www.standardwebhooks.com), which is what Fasten signs by.
 *
 * @param secrets - base64 with or without `whsec_`; several while one is being rotated.
 * @returns The check.
 * @throws Error when there is no secret: without one every event would have to be believed or refused.
 */
export function createVerifier(secrets: readonly string[]): VerifySignature {
  if (secrets.length === 0) {
    throw new Error('the webhook needs at least one signing secret');
  }
  const verifiers = secrets.map((secret) => new Webhook(secret));
  return (rawBody, headers) => {
    const signed = Object.fromEntries(HEADERS.map((name) => [name, headers[name]?.toString() ?? '']));
    return verifiers.some((verifier) => accepts(verifier, rawBody, signed));
  };
}

function accepts(verifier: Webhook, rawBody: Buffer, headers: Record<string, string>): boolean {
  try {
    verifier.verify(rawBody, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) {
      return false;
    }
    throw error;
  }
}
