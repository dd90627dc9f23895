import { expect, test } from 'vitest';
import { PermanentError } from '../errors.ts';
import { LostReplyError } from '../medplum/client/lost-reply-error.ts';
import { describeFault } from './describe-fault.ts';

test('our own faults keep their words', () => {
  const fault = describeFault(new PermanentError('export-gone', 'request a new one'));
  expect(fault).toEqual({ code: 'export-gone', message: 'request a new one', permanent: true });
});

test.each([
  [Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:443'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new LostReplyError('http-503', new Error('upstream said Gutierrez')), 'http-503'],
  [new SyntaxError('Unexpected token in {"family":"Gutierrez"}'), 'SyntaxError'],
  [Object.assign(new Error('x'), { code: 'Gutierrez, Maria', name: 'also not a code' }), 'unknown'],
  [Object.assign(new Error('x'), { code: 42 }), 'Error'],
  ['Gutierrez', 'unknown'],
  [undefined, 'unknown'],
])('of a foreign error only a code is left (%#)', (error, code) => {
  expect(describeFault(error)).toEqual({ code, message: code, permanent: false });
});

test('a full disk is called so, whichever way the system says it, and may have room again', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
    const fault = describeFault(Object.assign(new Error("ENOSPC: write '/spool/x'"), { code }));
    expect(fault).toEqual({ code: 'disk-full', message: expect.stringMatching(/^no room /), permanent: false });
  }
});
