/**
 * Pseudo-random number as a pure function of its arguments, so that results do not depend on earlier
 * calls. Uses the MurmurHash3 finaliser, which separates keys that differ in one bit. Returns an
 * unsigned 32-bit integer.
 */
export function mix(key: number, salt: number): number {
  let hash = key ^ Math.imul(salt, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number in [0, 1). */
export function fraction(key: number, salt: number): number {
  return mix(key, salt) / 2 ** 32;
}

/** A log-uniform number between `low` and `high`, typical for sizes and delays. */
export function logUniform(low: number, high: number, share: number): number {
  return low * (high / low) ** share;
}

export function pick<T>(list: readonly [T, ...T[]], share: number): T {
  return list[Math.floor(share * list.length)] ?? list[0];
}
