type Tone = 'good' | 'unsure' | 'bad';

/** A shape beside the colour, for those who cannot tell red from green. */
const SHAPES: Readonly<Record<Tone, string>> = {
  good: '<circle cx="8" cy="8" r="7" fill="#1a7f37"/><path d="M4.5 8.2l2.5 2.5 4.5-5" fill="none" stroke="#fff" stroke-width="2"/>',
  unsure:
    '<circle cx="8" cy="8" r="7" fill="#9a6700"/><path d="M4 8h8" stroke="#fff" stroke-width="2"/>',
  bad: '<circle cx="8" cy="8" r="7" fill="#cf222e"/><path d="M8 3.5v5.5m0 1.5v2" stroke="#fff" stroke-width="2"/>',
};

/** The icon of the page's tab. */
export function toIcon(tone: Tone): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${SHAPES[tone]}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
