import { isIP } from 'node:net';
import type { FindAddresses, MakeDialer } from '../download/storage-client.ts';

/** Makes a dialer that notes the addresses a socket would be opened to, and opens none. */
export function noteDials(dialled: string[]): MakeDialer {
  return ({ lookup }) =>
    ({ hostname }, done) => {
      const note = (addresses: readonly string[]) => {
        dialled.push(...addresses);
        done(new Error('dialled'), null);
      };
      const literal = hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) !== 0) return note([literal]);
      lookup(hostname, { all: true }, (error, found) => {
        if (error || typeof found === 'string') done(error ?? new Error('one address only'), null);
        else note(found.map(({ address }) => address));
      });
    };
}

/** A resolver that knows these addresses, whatever it is asked for. */
export function answering(...addresses: string[]): FindAddresses {
  return (_host, done) => {
    done(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    );
  };
}

/** Where a file may not be fetched from when nobody vouches for it: other schemes and ports, and every way to write an address of ours. */
export const REFUSED_TARGETS = [
  'http://files.example.com/x',
  'https://files.example.com:8443/x',
  'https://files.example.com:80/x',
  'https://user:secret@files.example.com/x',
  'https://user@files.example.com/x',
  'ftp://files.example.com/x',
  'file:///etc/passwd',
  'gopher://files.example.com/x',
  'ws://files.example.com/x',
  'data:text/plain,x',
  'https://127.0.0.1/x',
  'https://127.0.0.1./x',
  'https://127.1/x',
  'https://0177.0.0.1/x',
  'https://0x7f.1/x',
  'https://0x7f000001/x',
  'https://2130706433/x',
  'https://017700000001/x',
  'https://%31%32%37.0.0.1/x',
  'https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/x',
  'https://0/x',
  'https://0.0.0.0/x',
  'https://10.0.0.1/x',
  'https://172.16.0.1/x',
  'https://192.168.1.1/x',
  'https://169.254.169.254/latest/meta-data',
  'https://0xa9fea9fe/latest',
  'https://100.100.100.200/latest',
  'https://224.0.0.1/x',
  'https://255.255.255.255/x',
  'https://[::]/x',
  'https://[::1]/x',
  'https://[::ffff:127.0.0.1]/x',
  'https://[::ffff:169.254.169.254]/x',
  'https://[::ffff:7f00:1]/x',
  'https://[::127.0.0.1]/x',
  'https://[64:ff9b::7f00:1]/x',
  'https://[fd00::1]/x',
  'https://[fd00:ec2::254]/latest',
  'https://[fe80::1]/x',
  'https://[ff02::1]/x',
  'https://[2002:7f00:1::]/x',
] as const;
