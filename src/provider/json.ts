import { isAscii } from 'node:buffer';
import { PollError } from '../core/reasons.ts';

/** Twice what 20 MiB of documented numbers have. 20 MiB of `[` took JSON.parse seconds and 1.4 GiB. */
export const VALUES_MAX = 1_500_000;

/** Throws PollError `too_large`, or the error of JSON.parse, whose message quotes the text. */
export function parseValues(bytes: Buffer): unknown {
  if (hasTooManyValues(bytes)) {
    throw new PollError('too_large', `the response has more than ${VALUES_MAX} values`);
  }
  return JSON.parse(decode(bytes)) as unknown;
}

/** Counts what begins or separates values, also within strings, so never too few. */
function hasTooManyValues(bytes: Buffer): boolean {
  let values = 0;
  for (const sign of [COMMA, BRACKET, BRACE]) {
    // Three times as fast as a loop over the bytes.
    for (let at = bytes.indexOf(sign); at !== -1; at = bytes.indexOf(sign, at + 1)) {
      values += 1;
      if (values > VALUES_MAX) return true;
    }
  }
  return false;
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

/** JSON may escape everything outside ASCII. Pure ASCII decodes ten times faster as latin1. */
function decode(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : new TextDecoder().decode(bytes);
}
