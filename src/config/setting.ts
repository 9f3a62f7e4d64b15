import { z } from 'zod';

/** What the help, the documentation and error messages say about a setting. */
export interface About {
  readonly meaning: string;
  /** Only if it is not the default. */
  readonly example?: string;
  /** The placeholder in the help: `<duration>`. */
  readonly value: string;
  readonly default?: string;
  /** Only if it is not `--section.key`. */
  readonly flag?: string;
  /** Only if it is not `WHATSAPP_SECTION_KEY`. */
  readonly env?: string;
  /** Printed as `[redacted]`. */
  readonly secret?: true;
  /** Error messages omit the value, which may be a misplaced secret. No flag, unless `flag` names one. */
  readonly hidden?: true;
  /** The flag may be repeated; a variable separates values with commas. */
  readonly isList?: true;
  /** The keys of a mapping. A variable separates `key=value` pairs with commas. */
  readonly keys?: readonly string[];
  /** What the flag means without a value. */
  readonly bare?: string;
}

export interface Setting extends About {
  /** `poll`, or `accounts` for a setting of an account. */
  readonly section: string;
  /** `timeout` */
  readonly name: string;
  /** `poll.timeout` */
  readonly key: string;
  readonly env: string;
  readonly example: string;
}

const descriptions = z.registry<About>();

/** An entry of the schema with a default: how its text is read, and what is said about it. */
export function setting<T>(schema: z.ZodType<T>, about: About & { readonly default: string }) {
  return schema.prefault(about.default).register(descriptions, about);
}

/** An entry without a default, or with one that depends on other settings. */
export function optional<T>(schema: z.ZodType<T>, about: About) {
  return schema.optional().register(descriptions, about);
}

/** The settings of a section of the schema. */
export function listSettings(section: string, shape: Readonly<Record<string, z.ZodType>>) {
  return Object.entries(shape).map(([name, entry]): Setting => {
    const about = descriptions.get(entry);
    if (about === undefined) throw new Error(`${section}.${name} is not a setting`);
    const key = `${section}.${name}`;
    const hasFlag = about.hidden === undefined && section !== 'accounts';
    return {
      ...(hasFlag && { flag: `--${key.replaceAll('_', '-')}` }),
      env: `WHATSAPP_${key.replace('.', '_').toUpperCase()}`,
      example: about.default ?? '',
      ...about,
      section,
      name,
      key,
    };
  });
}

/** `poll: { timeout: 20s }` */
export function toYaml({ section, name, example, keys }: Setting): string {
  const scalar = /^[\w/][\w/.:-]*$/.test(example) ? example : JSON.stringify(example);
  const pairs = `{ ${example.replaceAll('=', ': ').replaceAll(',', ', ')} }`;
  const value = keys === undefined ? scalar : pairs;
  return section === 'accounts' ? `${name}: ${value}` : `${section}: { ${name}: ${value} }`;
}

export type Context = z.core.$RefinementCtx;

/** A problem between settings. `{key}` in the message becomes the name of that neighbour. */
export function refuse(context: Context, path: PropertyKey[], message: string): void {
  context.addIssue({ code: 'custom', path, message });
}

/** For checks between settings: also with invalid values, but not where a misspelt key may be one. */
export const whenKeysAreKnown = {
  when: ({ issues }: z.core.ParsePayload) =>
    !issues.some(({ code }) => code === 'unrecognized_keys' || code === 'invalid_type'),
};
