/**
 * Brings the two spellings of the setting that circulate, with `/v1` and without, into one; taken literally, one of
 * them would lose the version and the other double it.
 *
 * @param url - Where Fasten Connect answers, such as `https://api.connect.fastenhealth.com`.
 * @returns The same with exactly one `/v1` and without a slash at the end.
 */
export function normaliseBaseUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '');
  return `${origin}${path.endsWith('/v1') ? path : `${path}/v1`}`;
}
