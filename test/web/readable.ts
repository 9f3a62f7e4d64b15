/** The readable text of the page between these two texts, without the moments beside ages. */
export function readable(page: string, from = '<main', to = '</main>'): string {
  const [, rest = ''] = page.split(from, 2);
  const [part = ''] = rest.replace(/^[^>]*>/, '').split(to);
  return part
    .replace(/<span class="at">.*?<\/span>/g, '')
    .replace(/<\/?(?:a|b|bdi|code|i|strong|time)\b[^>]*>/g, '')
    .replace(/<[^>]*>|&ensp;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

export const verdictOf = (page: string) => readable(page, '<p class="verdict', '</p>');
export const accountsOf = (page: string) => readable(page, '<h2 id="accounts"', '</section>');
/** The rows of the numbers, without the head. */
export const rowsOf = (page: string) =>
  page
    .split('<tr role="row">')
    .slice(2)
    .map((row) => readable(`<tr>${row}`, '<tr', '</tr>'));
