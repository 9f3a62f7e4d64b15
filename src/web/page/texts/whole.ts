let groups: Intl.NumberFormat | undefined;

/** `1,234`, in English and in Hebrew. */
export function whole(n: number): string {
  return (groups ??= new Intl.NumberFormat('en')).format(n);
}
