import { fraction, pick } from './noise.ts';

const HEBREW_TRADES = ['מספרת', 'מסעדת', 'מרפאת', 'סטודיו', 'מאפיית', 'מוסך', 'פרחי'] as const;
const HEBREW_NAMES = ['הדר', 'הכרמל', 'גלים', 'השקמה', 'אורנים', 'תמר', 'יפו', 'נגה'] as const;
const ENGLISH_NAMES = ['Carmel', 'Galil', 'Jaffa', 'Negev', 'Blue Door', 'Harbour'] as const;
const ENGLISH_TRADES = ['Dental', 'Bakery', 'Motors', 'Yoga', 'Books', 'Optics', 'Realty'] as const;

/** Characters that people use in names and that break careless programs. */
const DECORATIONS = [
  (name: string) => name,
  (name: string) => `${name} 🌸`,
  (name: string) => name,
  (name: string) => `"${name}" 24/7`,
  (name: string) => `\u200f${name}`,
  (name: string) => name,
  (name: string) => `${name} \\ אונליין`,
  (name: string) => `${name} 👩🏽‍⚕️ & co.`,
] as const;

/** The two names of the number in a slot. Adjacent slots use different decorations. */
export function createNames(key: number, slot: number): { display: string; business: string } {
  const draw = (salt: number) => fraction(key, salt);
  const isHebrew = draw(1) < 0.6;
  const name = isHebrew
    ? `${pick(HEBREW_TRADES, draw(2))} ${pick(HEBREW_NAMES, draw(3))}`
    : `${pick(ENGLISH_NAMES, draw(2))} ${pick(ENGLISH_TRADES, draw(3))}`;
  const decorate = DECORATIONS[slot % DECORATIONS.length] ?? DECORATIONS[0];
  return { display: decorate(name), business: isHebrew ? `${name} בע"מ` : `${name} Ltd.` };
}
