/**
 * CRC-32, as gzip has it, of text that is put together: the checksums of its stretches are known, or
 * most of them are. A checksum is the rest of a division of polynomials over GF(2), so that to put n
 * bytes behind a stretch is to multiply its checksum by x^(8n).
 */

/** The polynomial that divides, its bits reversed as they are in the checksum itself. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
const X_TO_THE_8 = 0x00800000;

/** The checksum of two stretches, one behind the other, from those of each. */
export function joinCrc(before: number, behind: { readonly crc: number; readonly length: number }) {
  return (multiply(powerOf(behind.length), before) ^ behind.crc) >>> 0;
}

/** By the low byte of the state and that of the next character: one step of a running checksum. */
const CRC_STEP = Int32Array.from({ length: 256 }, (_, byte) => multiply(X_TO_THE_8, byte));

/** The state of a running checksum after these bytes. */
export function crcOf(state: number, bytes: Uint8Array): number {
  let crc = state;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_STEP[(crc ^ byte) & 0xff] as number);
  return crc;
}

/** The same of ASCII. */
export function crcOfText(state: number, text: string): number {
  let crc = state;
  for (let i = 0; i < text.length; i += 1) {
    crc = (crc >>> 8) ^ (CRC_STEP[(crc ^ text.charCodeAt(i)) & 0xff] as number);
  }
  return crc;
}

/** By the number of bytes; there are some hundred of them at most. */
const shifts: Int32Array[] = [];

/**
 * What so many bytes make of the state of a running checksum where all of them are 0: four tables of
 * 256, one for each byte of the state, whose entries are to be added (xor).
 */
export function crcShift(bytes: number): Int32Array {
  return (shifts[bytes] ??= createShift(powerOf(bytes)));
}

function createShift(power: number): Int32Array {
  return Int32Array.from({ length: 1024 }, (_, i) => multiply(power, (i & 0xff) << (8 * (i >> 8))));
}

/** x^(8n), by squaring. */
function powerOf(bytes: number): number {
  let power = ONE;
  let square = X_TO_THE_8;
  for (let n = bytes; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) power = multiply(square, power);
    square = multiply(square, square);
  }
  return power;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let rest = a | 0; rest !== 0; rest <<= 1) {
    if (rest < 0) product ^= shifted;
    shifted = (shifted >>> 1) ^ (shifted & 1 ? POLYNOMIAL : 0);
  }
  return product >>> 0;
}
