import * as fc from 'fast-check';

export const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);

/** One edit away: a character more, less or other. */
export function misspelt(word: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(word.length - 1), oneOf(['', 'X', '_']), fc.boolean())
    .map(([at, put, more]) => word.slice(0, at) + put + word.slice(at + (more ? 0 : 1)))
    .filter((other) => other !== word);
}
