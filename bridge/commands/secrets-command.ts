import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { writeVariables } from '../provision/write-variables.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';

export const secretsCommand: Command = {
  usage: `usage: npm run secrets [-- --env FILE] [--demo]

  --env   the file to write; default: .env
  --demo  addresses below localhost, no TLS, and keys for the stand-in of Fasten (profile demo)

Generates every secret that docker-compose.yml asks for and that the file does not hold yet. What is there stays. What only
you know is written empty: the host names, and what Fasten's portal gives you (docs/first-connection.md).`,

  run: async (args) => {
    const options = { env: { type: 'string', default: '.env' }, demo: { type: 'boolean', default: false } } as const;
    const { values } = readOptions({ args, options });
    const file = values.env ?? '.env';
    const there = parseEnv(await readFile(file, 'utf8').catch(() => ''));
    const wanted = { ...(values.demo ? makeDemo() : FOR_YOU), ...makeSecrets() };
    const missing = Object.entries(wanted).filter(([name]) => !there[name]);
    const added = Object.fromEntries(missing.filter(([name, value]) => value !== '' || there[name] === undefined));
    await writeVariables(file, added);
    for (const name of Object.keys(added)) console.log(`${added[name] === '' ? 'fill in  ' : 'generated'}  ${name}`);
    const open = missing.filter(([, value]) => value === '').map(([name]) => name);
    console.log(open.length > 0 ? `${file}: still empty: ${open.join(', ')}` : `${file} is complete`);
    return 0;
  },
};

/** What nobody can generate. */
const FOR_YOU: Readonly<Record<string, string>> = {
  BRIDGE_HOSTNAME: '',
  MEDPLUM_HOSTNAME: '',
  MEDPLUM_APP_HOSTNAME: '',
  FASTEN_PUBLIC_ID: '',
  FASTEN_PRIVATE_KEY: '',
  FASTEN_WEBHOOK_SECRETS: '',
};

function makeDemo(): Record<string, string> {
  const fasten = 'fasten.localhost';
  return {
    COMPOSE_PROFILES: 'demo',
    SITE_SCHEME: 'http',
    BRIDGE_HOSTNAME: 'bridge.localhost',
    MEDPLUM_HOSTNAME: 'medplum.localhost',
    MEDPLUM_APP_HOSTNAME: 'app.localhost',
    FASTEN_HOSTNAME: fasten,
    FASTEN_BASE_URL: `http://${fasten}/v1`,
    FASTEN_STORAGE_ORIGINS: `http://storage.${fasten}`,
    FASTEN_STITCH_URL: `http://${fasten}/connect/v4/fasten-stitch-element.js`,
    FASTEN_PUBLIC_ID: `public_test_${text(12)}`,
    FASTEN_PRIVATE_KEY: `private_test_${text(24)}`,
    FASTEN_WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
  };
}

function makeSecrets(): Record<string, string> {
  return {
    POSTGRES_PASSWORD: text(),
    REDIS_PASSWORD: text(),
    MEDPLUM_REDIS_PASSWORD: text(),
    GRAFANA_PASSWORD: text(),
    MEDPLUM_SUPER_ADMIN_EMAIL: 'admin@example.com',
    MEDPLUM_SUPER_ADMIN_PASSWORD: text(),
    MEDPLUM_SUPER_ADMIN_CLIENT_ID: randomUUID(),
    MEDPLUM_SUPER_ADMIN_CLIENT_SECRET: text(),
    MEDPLUM_ADMIN_CLIENT_ID: randomUUID(),
    MEDPLUM_ADMIN_CLIENT_SECRET: text(),
    MEDPLUM_CLIENT_ID: randomUUID(),
    MEDPLUM_CLIENT_SECRET: text(),
    ...makeSigningKey(),
  };
}

/** Letters and digits only: it goes into URLs, shells and YAML as it is. */
function text(bytes = 32): string {
  return randomBytes(bytes).toString('hex');
}

/** What Medplum signs the links to documents with; it asks for PKCS#1 under a passphrase. */
function makeSigningKey(): Record<string, string> {
  const passphrase = text();
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase },
  });
  return {
    MEDPLUM_SIGNING_KEY_ID: randomUUID(),
    MEDPLUM_SIGNING_KEY_PASSPHRASE: passphrase,
    MEDPLUM_SIGNING_KEY: `"${privateKey.trim()}"`,
  };
}
