import { expect, test } from 'vitest';
import { instantOf } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import {
  expiresAtMs,
  isAlive,
  isDueForRenewal,
  parseAccessToken,
} from '../../src/provider/access-token.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test.each([
  null,
  'fake-token',
  ['fake-token'],
  {},
  { access_token: null },
  { access_token: 7 },
  { access_token: '' },
  { access_token: 'two words' },
  { access_token: ['fake-token'] },
  { access_token: '"level":"' },
  { access_token: '","reason":"' },
  { access_token: 'fake=token' },
  { access_token: '====' },
  { access_token: 'f'.repeat(4_097) },
])('a response of %j contains no access token', (body) => {
  expect(() => parseAccessToken(body, createFakeClock())).toThrow(
    expect.objectContaining({
      reason: 'invalid_response',
      message: 'no access token in the response of the token call',
    }),
  );
});

test.each(['12345', 'fake.to-ken_~+/==', 'f'.repeat(4_096)])(
  'an access token of RFC 6750 is accepted: %s',
  (token) => {
    const { secret } = parseAccessToken({ access_token: token }, createFakeClock());
    expect(secret.reveal()).toBe(token);
  },
);

test.each([
  [60, 3600],
  [61, 61],
  [3599, 3599],
  [3601, 3600],
  [undefined, 3600],
])('a token with an expiry in %s s has a lifetime of %s s', (statedS, lifeS) => {
  const clock = createFakeClock();
  const expiry = statedS === undefined ? undefined : String(clock.unixMs() / 1000 + statedS);
  const token = parseAccessToken({ access_token: 'fake', expiration_time: expiry }, clock);
  expect(token.lifeMs).toBe(lifeS * 1000);
  expect(expiresAtMs(token)).toBe(clock.unixMs() + lifeS * 1000);
});

test.each([
  [3_600, 2_999_999, false, true],
  [3_600, 3_000_000, true, true],
  [3_600, 3_599_999, true, true],
  [3_600, 3_600_000, true, false],
  [600, 299_999, false, true],
  [600, 300_000, true, true],
])(
  'with a lifetime of %s s, after %s ms: due for renewal %s, valid %s',
  async (lifeS, ageMs, isDue, isLiving) => {
    const clock = createFakeClock();
    const secret = new Secret('fake-token');
    const token = { secret, receivedAt: instantOf(clock), lifeMs: lifeS * 1000 };
    await clock.advance(ageMs);
    expect(isDueForRenewal(token, clock)).toBe(isDue);
    expect(isAlive(token, clock)).toBe(isLiving);
  },
);
