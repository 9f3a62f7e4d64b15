const DISTANCE_MAX = 2; // More edits than this is another word, not a typing error.
const PART_LENGTH_MIN = 3; // Shorter words are part of too many others.

/** The candidate that `text` most likely means in any case, or undefined if none is near. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const word = text.toLowerCase();
  const [best] = candidates
    .filter((candidate) => Math.abs(candidate.length - word.length) <= DISTANCE_MAX)
    .map((candidate) => ({ candidate, distance: distanceOf(word, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= DISTANCE_MAX)
    .toSorted((a, b) => a.distance - b.distance);
  return (
    best?.candidate ?? (word.length < PART_LENGTH_MIN ? undefined : containing(word, candidates))
  );
}

/** `secret_file` is part of `client_secret_file`. */
function containing(word: string, candidates: readonly string[]): string | undefined {
  const [shortest] = candidates
    .filter((candidate) => candidate.toLowerCase().includes(word))
    .toSorted((a, b) => a.length - b.length);
  return shortest;
}

/** Levenshtein distance: insertions, deletions and substitutions. Swapped neighbours count as two. */
function distanceOf(a: string, b: string): number {
  const first = Array.from({ length: b.length + 1 }, (_, j) => j);
  const last = Array.from(a).reduce((row, letter, i) => {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const [left = 0, above = 0, corner = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, corner + (letter === other ? 0 : 1)));
    }
    return next;
  }, first);
  return last.at(-1) ?? 0;
}
