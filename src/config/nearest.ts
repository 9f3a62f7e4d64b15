const DISTANCE_MAX = 2; // More edits than this is another word, not a slip of the finger.

/** The candidate that `word` most likely meant to be, or undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .filter((candidate) => Math.abs(candidate.length - word.length) <= DISTANCE_MAX)
    .map((candidate) => ({ candidate, distance: distanceOf(word, candidate) }))
    .filter(({ distance }) => distance <= DISTANCE_MAX)
    .toSorted((a, b) => a.distance - b.distance);
  return best?.candidate;
}

const at = (row: readonly number[], j: number) => row[j] ?? Infinity;

/** Levenshtein's: insertions, deletions and substitutions. Swapped neighbours count as two. */
function distanceOf(a: string, b: string): number {
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, substituted));
    }
    last = row;
  }
  return at(last, b.length);
}
