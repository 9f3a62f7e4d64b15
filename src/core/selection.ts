/** Numbers, or the digits that they begin with; without `include` all numbers are included. */
export interface NumberSelection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export function createSelection({ include, exclude }: NumberSelection) {
  const [included, excluded] = [new Set(include), new Set(exclude)];
  return (number: string): boolean =>
    (included.size === 0 || beginsWithOne(number, included)) && !beginsWithOne(number, excluded);
}

/** A look-up for each digit of the number, because there may be thousands of prefixes. */
function beginsWithOne(number: string, prefixes: ReadonlySet<string>): boolean {
  if (prefixes.size === 0) return false;
  for (let length = 1; length <= number.length; length += 1) {
    if (prefixes.has(number.slice(0, length))) return true;
  }
  return false;
}
