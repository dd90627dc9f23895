import { type Comparison, compare, faultsOf, tableOf } from './compare.ts';
import { readKnownDifferences } from './known-differences.ts';
import { observeAll } from './observe-all.ts';
import type { Credentials } from './open-party.ts';
import { openSandboxWorld, openWorld, type World } from './open-world.ts';
import { allAssertions } from './topics.ts';

/*
 * `npm run test:likeness [-- WORD]`: every assertion (or those with WORD in their name) on a sandbox of its own. With
 * MEDPLUM_BASE_URL, MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET the same on that server, and where the two differ;
 * MEDPLUM_PLAIN_CLIENT_ID, MEDPLUM_ADMIN_CLIENT_ID and their secrets let it compare more. Exits with 1 when the sandbox is not
 * what it should be, or differs in something that docs/sandbox.md does not list with a reason.
 */
const [word = ''] = process.argv.slice(2);
const assertions = allAssertions().filter(({ name }) => name.includes(word));
const { MEDPLUM_BASE_URL: baseUrl } = process.env;

const sandbox = await observeIn(await openSandboxWorld());
const faults = faultsOf(assertions, sandbox);
say(`sandbox: ${assertions.length} assertions, ${faults.length} not as expected`);
for (const { name, expected, observed } of faults) {
  say(`  ${name}\n    expected ${JSON.stringify(expected)}\n    observed ${JSON.stringify(observed)}`);
}
if (faults.length > 0) process.exitCode = 1;

if (baseUrl) {
  const member = credentialsOf('MEDPLUM_CLIENT');
  if (!member) throw new Error('MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET are missing');
  const [plain, admin] = [credentialsOf('MEDPLUM_PLAIN_CLIENT'), credentialsOf('MEDPLUM_ADMIN_CLIENT')];
  const real = await observeIn(await openWorld(endInSlash(baseUrl), { member, plain, admin }));
  const known = (await readKnownDifferences()).filter(({ name }) => name.includes(word));
  report(compare(sandbox, real, known));
}

async function observeIn(world: World) {
  try {
    return await observeAll(world, assertions);
  } finally {
    await world.close();
  }
}

function report({ compared, unlisted, listed, stale, notCompared }: Comparison): void {
  say(`real server: ${compared} compared, ${listed.length} differ as listed, ${unlisted.length} otherwise`);
  if (unlisted.length > 0) say(`\n${tableOf(unlisted)}`);
  for (const name of stale) say(`listed in docs/sandbox.md, but no difference: ${name}`);
  for (const [missing, names] of Map.groupBy(notCompared, (one) => one.missing)) {
    say(`not compared for want of ${missing}: ${names.length}`);
  }
  if (unlisted.length + stale.length > 0) process.exitCode = 1;
}

function credentialsOf(prefix: string): Credentials | undefined {
  const [id, secret] = [process.env[`${prefix}_ID`], process.env[`${prefix}_SECRET`]];
  return id && secret ? { id, secret } : undefined;
}

function endInSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
