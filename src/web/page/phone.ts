type Format = (digits: string) => string;

let format: Promise<Format> | undefined;

/**
 * `+972 50-123-4567` from digits. Up to 15 digits are a number (E.164); anything else is a placeholder
 * for a hidden number. Loaded with the first page, because many exporters never serve one and the
 * library needs 10 MB.
 */
export function loadPhoneFormat(): Promise<Format> {
  return (format ??= createFormat());
}

async function createFormat(): Promise<Format> {
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  return (digits) => {
    if (!/^\d{1,15}$/.test(digits)) return digits;
    const international = parsePhoneNumberFromString(`+${digits}`)?.formatInternational();
    return international?.replace(/(?<= .*) /g, '-') ?? `+${digits}`;
  };
}
