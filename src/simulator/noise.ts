/**
 * Randomness as a function of its place instead of a stream: whatever is asked about a number and
 * an instant, the answer does not depend on what was asked before. The steps are those of the
 * MurmurHash3 finaliser, which spreads keys that differ in one bit only. Returns 32 bits, unsigned.
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

/** A number between `low` and `high` whose logarithm is evenly spread, as sizes and delays are. */
export function spread(low: number, high: number, share: number): number {
  return low * (high / low) ** share;
}

export function pick<T>(list: readonly [T, ...T[]], share: number): T {
  return list[Math.floor(share * list.length)] ?? list[0];
}
