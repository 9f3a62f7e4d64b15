/**
 * Finds the entry of a number in the list of the poll before, given its position in the new one. Lists
 * rarely change their order, and a look at the same position is several times as fast as a Map.
 */
export function createFinder<Entry extends { readonly whatsapp: string }>(
  list: readonly Entry[],
): (position: number, whatsapp: string) => Entry | undefined {
  let byNumber: ReadonlyMap<string, Entry> | undefined;
  return (position, whatsapp) => {
    if (list[position]?.whatsapp === whatsapp) return list[position];
    byNumber ??= new Map(list.map((entry) => [entry.whatsapp, entry]));
    return byNumber.get(whatsapp);
  };
}
