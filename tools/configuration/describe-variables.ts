import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../../bridge/environment.ts';
import { provisionEnvironment } from '../../bridge/provision/read-settings.ts';

export interface Variable {
  readonly name: string;
  /** Of the comment above it. */
  readonly text: string;
  /** What it is without being set; undefined: it must be set, or stays unset when it is optional. */
  readonly fallback: string | undefined;
  readonly isRequired: boolean;
}

const root = join(import.meta.dirname, '../..');
export const CONFIGURATION_FILE = join(root, 'docs/configuration.md');

/** The variables of a schema in its order, each with the comment above it in the source. */
export function describeVariables(
  schema: typeof environment | typeof provisionEnvironment,
  sourceFile: string,
): Variable[] {
  const comments = readComments(readFileSync(join(root, sourceFile), 'utf8'));
  const { properties = {}, required = [] } = schema.toJSONSchema({ io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, shape]) => {
    const text = comments.get(name) ?? '';
    const fallback = typeof shape === 'object' && shape.default !== undefined ? `${shape.default}` : undefined;
    return { name, text, fallback, isRequired: required.includes(name) };
  });
}

/** `/** text *\/` directly above `NAME:`. */
function readComments(source: string): Map<string, string> {
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([A-Z][A-Z0-9_]+):/g);
  return new Map([...found].map(([, text = '', name = '']) => [name, text.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim()]));
}

/** docs/configuration.md as it should be. */
export function writeConfiguration(): string {
  const service = describeVariables(environment, 'bridge/environment.ts');
  const known = new Set(service.map(({ name }) => name));
  const provision = describeVariables(provisionEnvironment, 'bridge/provision/read-settings.ts');
  return `# Configuration

Made by \`npm run docs:configuration\` from the schemas that check the environment (\`bridge/environment.ts\`,
\`bridge/provision/read-settings.ts\`); a test says when it is out of date. An empty value counts as absent. What is wrong is told at the
start, all at once, by name and without the value; \`npm run doctor\` looks further. A value with blanks, \`#\`, \`$\` or quotes stands in
single quotes in \`.env\`.

## The bridge

${table(service)}

## \`npm run provision\`

Besides MEDPLUM_BASE_URL, MEDPLUM_CLIENT_* and MEDPLUM_ADMIN_CLIENT_*:

${table(provision.filter(({ name }) => !known.has(name)))}

## \`docker-compose.yml\`

It sets addresses, ports, roles and folders by itself, and passes on from \`.env\` what else may be chosen. What it asks for is generated or
named by \`npm run secrets\`; the rest is optional. Redis by Sentinel or as a cluster, \`API_PREFIX\` and \`BRIDGE_STOP_SECONDS\` it does not pass on: they would
need another stack (\`docker-compose.override.yml\`).

| variable | default | |
|---|---|---|
| \`SITE_SCHEME\` | \`https\` | \`http\`: no TLS, for a laptop only. |
| \`BRIDGE_HOSTNAME\`, \`MEDPLUM_HOSTNAME\`, \`MEDPLUM_APP_HOSTNAME\` | **must be set** | The public names. |
| \`WORKERS\` | \`1\` | How many worker containers run. |
| \`HTTP_PORT\`, \`HTTPS_PORT\`, \`GRAFANA_PORT\` | \`80\`, \`443\`, \`3001\` | Ports of the machine. |
| \`MEDPLUM_VERSION\`, \`BRIDGE_VERSION\` | as in the file, \`local\` | Tags of the images. |
| \`COMPOSE_PROFILES\` |  | What is started besides, as \`observe\`: Prometheus and Grafana; \`demo\`: a stand-in for Fasten, at \`FASTEN_HOSTNAME\`. |
| \`OTEL_EXPORTER_OTLP_HEADERS\` |  | What goes with traces, as OpenTelemetry reads it: \`name=value,...\` |
| \`MEDPLUM_EMAIL_PROVIDER\`, \`MEDPLUM_SMTP_HOST\`, \`MEDPLUM_SMTP_PORT\`, \`MEDPLUM_SMTP_USERNAME\`, \`MEDPLUM_SMTP_PASSWORD\` | \`none\` | With \`smtp\` Medplum sends e-mail: invitations, forgotten passwords. |
| \`MEDPLUM_SUPPORT_EMAIL\` | \`support@example.org\` | The address that Medplum's e-mails come from. |
| \`MEDPLUM_BINARY_STORAGE\`, \`AWS_ACCESS_KEY_ID\`, \`AWS_SECRET_ACCESS_KEY\`, \`AWS_REGION\` | \`file:/binary/\` | Where Medplum keeps documents; \`s3:<bucket>\` with the keys to it. |
`;
}

function table(variables: readonly Variable[]): string {
  const rows = variables.map(({ name, text, fallback, isRequired }) => {
    const standard =
      fallback === undefined ? (isRequired ? '**must be set**' : '') : fallback === '' ? '' : `\`${fallback}\``;
    return `| \`${name}\` | ${standard} | ${text.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | default | |', '|---|---|---|', ...rows].join('\n');
}
