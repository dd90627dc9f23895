import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Addresses that are not the public internet: private, loopback, link-local (cloud metadata lives there), shared,
 * documentation, benchmark, multicast and reserved ranges. Source: IANA special-purpose address registries.
 */
const NOT_PUBLIC_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Global unicast is 2000::/3; inside it these are tunnels (which carry any IPv4 address), documentation or reserved. */
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const refusedV4 = blockListOf(NOT_PUBLIC_V4, 'ipv4');
const refusedV6 = blockListOf(NOT_PUBLIC_V6, 'ipv6');
const globalUnicast = blockListOf(['2000::/3'], 'ipv6');

/**
 * Whether an address may be dialled when nobody vouches for it.
 *
 * @param address - An IP address in text; anything else is not public.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) {
    return !refusedV4.check(address, 'ipv4');
  }
  // IPv4 in IPv6 clothes (`::ffff:127.0.0.1`, `64:ff9b::`) lies outside of global unicast and falls with it.
  return isIPv6(address) && globalUnicast.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
}

function blockListOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
