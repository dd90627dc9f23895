import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import { createFasten } from '../fasten/client.ts';
import { FastenError } from '../fasten/fasten-error.ts';
import { readKeyMode } from '../fasten/read-key-mode.ts';
import { readOrg } from '../fasten/read-org.ts';
import { about, type Finding } from './finding.ts';

const keys = about('keys');
const fasten = about('fasten');
const webhook = about('webhook');

/** What the keys show by themselves: which is which, and of which mode. */
export function checkKeys({ publicId, privateKey, webhookSecrets }: Config['fasten']): Finding[] {
  const found: Finding[] = [];
  if (/^priv/.test(publicId)) {
    found.push(
      keys.fault('FASTEN_PUBLIC_ID is a private key: exchange the two, and make new keys if a page has shown it'),
    );
  }
  if (/^pub/.test(privateKey)) found.push(keys.fault('FASTEN_PRIVATE_KEY is a public id: exchange the two'));
  const mode = readKeyMode(publicId);
  if (found.length === 0) {
    found.push(
      mode ? keys.ok(`mode ${mode}`) : keys.warning('FASTEN_PUBLIC_ID names neither test nor live: is it whole?'),
    );
  }
  const bare = webhookSecrets.filter((secret) => !secret.startsWith('whsec_'));
  if (bare.length > 0) {
    found.push(
      webhook.warning('a secret in FASTEN_WEBHOOK_SECRETS does not begin with whsec_: copy it whole from the portal'),
    );
  } else if (webhookSecrets.length > 0) {
    found.push(
      webhook.ok(`${webhookSecrets.length} signing secret${webhookSecrets.length > 1 ? 's, one of them old' : ''}`),
    );
  }
  return found;
}

/** Whether Fasten answers, knows the organisation, and takes the key. */
export async function checkFasten(
  config: Config['fasten'],
): Promise<{ found: Finding[]; clockMs?: number | undefined }> {
  const org = await readOrg(config.baseUrl, config.publicId).catch(() => undefined);
  const { origin } = new URL(config.baseUrl);
  if (!org) return { found: [fasten.fault(`${origin} does not answer: let this machine out to it (FASTEN_BASE_URL)`)] };
  const { status, name, orgStatus, clockMs } = org;
  if (status !== 200) {
    return {
      found: [fasten.fault(`${origin} does not know FASTEN_PUBLIC_ID (${status}): copy it again from the portal`)],
      clockMs,
    };
  }
  const found = [await checkPrivateKey(config)];
  if (orgStatus !== undefined && orgStatus !== 'active') {
    found.push(fasten.fault(`the organisation ${name} is ${orgStatus} at Fasten: ask its support`));
  }
  return {
    found: found.every(({ state }) => state === 'ok') ? [fasten.ok(`${name}: both keys are taken`)] : found,
    clockMs,
  };
}

/** A connection that nobody has: whoever may ask is told that it is not there. */
async function checkPrivateKey(config: Config['fasten']): Promise<Finding> {
  const client = createFasten(config);
  try {
    await client.readConnection(randomUUID());
    return fasten.ok('both keys are taken');
  } catch (error) {
    if (!(error instanceof FastenError)) throw error;
    const { status } = error;
    if (status === 401 || status === 403) {
      return fasten.fault(
        `Fasten refuses FASTEN_PRIVATE_KEY (${status}): copy it again, in single quotes, or make a new pair`,
      );
    }
    if (status === undefined || status >= 500) return fasten.fault(`Fasten fails (${error.code}): try again later`);
    return fasten.ok('both keys are taken');
  } finally {
    await client.close();
  }
}
