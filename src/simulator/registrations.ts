import type { Json } from './json.ts';
import { createNames } from './names.ts';
import { fraction, mix } from './noise.ts';

const DAY_MS = 86_400_000;
/** Unrelated to the fleet, whose numbers begin with 9725. */
const KEY = 99;

/** A registration lapses after 90 days. With one every week, one is always about to lapse. */
const REGISTRATION_MS = 90 * DAY_MS;
const REGISTRATIONS = 13;

/** The registered numbers at an instant. */
export function registeredNumbersAt(unixMs: number): Json {
  const list = Array.from({ length: REGISTRATIONS }, (_, slot) => {
    const { startMs, key } = findPeriod(unixMs, REGISTRATION_MS, slot, REGISTRATIONS);
    const hasLink = fraction(key, 1) < 0.5;
    return {
      whatsapp: toDigits('97239', key),
      expiration: Math.floor((startMs + REGISTRATION_MS) / 1000),
      onboarding_link: hasLink ? `https://onboarding.example/fake-link-${key}` : null,
      comment: slot % 3 === 0 ? '' : `kept for ${createNames(key, slot).business}`,
    };
  });
  return { status: 'OK', reason: 1, list };
}

/** Each client slot gets a new client at this interval; the last few are in the list. */
const ONBOARDING_MS = 30 * DAY_MS;
const CLIENTS = 8;
const CLIENTS_LISTED = 4;
/** These do not finish within the interval, so that some have waited for longer than a week. */
const SLOW_CLIENTS = 4;
const FINISH_MS_MAX = 5 * DAY_MS;

/** The onboardings at an instant, newest first. Every second one is with coexistence. */
export function onboardingsAt(unixMs: number): Json {
  const list = Array.from({ length: CLIENTS * CLIENTS_LISTED }, (_, index) => {
    const slot = index % CLIENTS;
    const agoMs = Math.floor(index / CLIENTS) * ONBOARDING_MS;
    const { startMs, key } = findPeriod(unixMs - agoMs, ONBOARDING_MS, slot, CLIENTS);
    const finishMs = slot < SLOW_CLIENTS ? ONBOARDING_MS : FINISH_MS_MAX * fraction(key, 2);
    const isFinished = unixMs - startMs >= finishMs;
    const coexistence = slot % 2;
    const { display, business } = createNames(key, slot);
    return {
      create_time: Math.floor(startMs / 1000),
      whatsapp: toDigits(coexistence === 1 && !isFinished ? '97257' : '97248', key),
      coexistence,
      business_name: business,
      business_email: `fake-email-${key}@example.com`,
      business_id: `fake-business-id-${key}`,
      business_address: `fake-address ${key}`,
      landing_page: `https://landing.example/fake-page-${key}`,
      onboarding_link: `https://onboarding.example/fake-link-${key}`,
      display_name: display,
      reference: `fake-reference-${key}`,
      status: isFinished ? 1 : 0,
    };
  });
  return { status: 'OK', reason: 1, list: list.toSorted((a, b) => b.create_time - a.create_time) };
}

/** The period of a slot that contains an instant. The slots start at equal distances. */
function findPeriod(unixMs: number, lengthMs: number, slot: number, slots: number) {
  const offsetMs = (slot * lengthMs) / slots;
  const period = Math.floor((unixMs - offsetMs) / lengthMs);
  return { startMs: period * lengthMs + offsetMs, key: mix(mix(KEY, slot), period) };
}

function toDigits(prefix: string, key: number): string {
  return prefix + String(key % 10_000_000).padStart(7, '0');
}
