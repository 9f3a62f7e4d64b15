import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { ACCOUNT_SETTINGS } from './account-settings.ts';
import { CONFIG_FILE, PRIVACY_KEY_SETTINGS, SETTINGS, type Setting } from './settings.ts';

export type CommandLine =
  | {
      readonly kind: 'run' | 'once' | 'check-config';
      readonly demo: boolean;
      /** Text by the setting's key. */
      readonly flags: Readonly<Record<string, string>>;
    }
  | {
      /** Nothing to run: the text to print, and the exit code. */
      readonly kind: 'exit';
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    };

const HELP_WIDTH = 100; // Fixed, so that the help is the same in a terminal, a pipe and a test.
const VARIABLE_WIDTH = 28; // The longest name of an account's variables.

/** Reads the arguments after the program's name. Prints nothing and does not exit. */
export function parseCommandLine(argv: readonly string[], version: string): CommandLine {
  const [flags, out, err]: [Record<string, string>, string[], string[]] = [{}, [], []];
  const program = createProgram(version, flags).configureOutput({
    writeOut: (text) => out.push(text),
    writeErr: (text) => err.push(text),
    getOutHelpWidth: () => HELP_WIDTH,
    getErrHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  try {
    refuseNeedlessValue(program, argv);
    program.parse(splitValues(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'exit', code: error.exitCode, stdout: out.join(''), stderr: err.join('') };
  }
  const { demo = false, once, checkConfig } = program.opts<Partial<Record<Mode, true>>>();
  const kind = once ? 'once' : checkConfig ? 'check-config' : 'run';
  return { kind, demo, flags };
}

type Mode = 'demo' | 'once' | 'checkConfig';

/** Of an unknown `--flag=value` only the flag may be repeated: the value may be a secret. */
function splitValues(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
    return flag === undefined || value === undefined ? argument : [flag, value];
  });
}

/** Commander would take the value for an argument, and say that there are too many. */
function refuseNeedlessValue(program: Command, argv: readonly string[]): void {
  const option = program.options.find(
    ({ long, required, optional }) =>
      !required && !optional && argv.some((argument) => argument.startsWith(`${long}=`)),
  );
  if (option !== undefined) program.error(`error: option '${option.long}' takes no value`);
}

function createProgram(version: string, flags: Record<string, string>): Command {
  const program = new Command('whatsapp-numbers-exporter')
    .description('Prometheus exporter for the WhatsApp numbers of a 99digital partner account.')
    .exitOverride()
    // All there is to say stands in the description.
    .configureHelp({ optionDescription: ({ description }) => description })
    .showHelpAfterError('Try --help.')
    .addHelpText('after', renderHelpEnd());
  for (const setting of [CONFIG_FILE, ...Object.values(SETTINGS)]) {
    program.addOption(toOption(setting, flags));
  }
  return program
    .optionsGroup('Modes:')
    .option('--demo', 'Run on a simulated provider; needs no account')
    .addOption(
      new Option('--once', 'Poll once, print the metrics, exit 0 or 1').conflicts('checkConfig'),
    )
    .option('--check-config', 'Check the configuration, print it without secrets, exit 0 or 1')
    .optionsGroup('Information:')
    .version(version, '--version', 'Print the version')
    .helpOption('-h, --help', 'Print this help');
}

function toOption(setting: Setting & { flag: string }, flags: Record<string, string>): Option {
  const { key, flag, env, meaning, bare } = setting;
  const [section = ''] = key.split('.');
  const value = bare === undefined ? `<${setting.value}>` : `[${setting.value}]`;
  return new Option(`${flag} ${value}`, `${meaning} (${[env, ...toDefault(setting)].join(', ')})`)
    .helpGroup(`${section.charAt(0).toUpperCase()}${section.slice(1)}:`)
    .preset(bare)
    .argParser((text) => {
      const before = flags[key];
      // Of two values one would be ignored silently, and which one is not plain to see.
      if (before !== undefined && setting.isList === undefined) {
        throw new InvalidArgumentError('The flag is given twice.');
      }
      flags[key] = before === undefined ? text : `${before},${text}`;
      return text;
    });
}

function toDefault({ default: text }: Setting): string[] {
  return text === undefined ? [] : [`default ${text.includes(' ') ? `"${text}"` : text}`];
}

function renderVariables(settings: readonly Setting[]): string {
  const lines = settings.map((setting) => {
    const text = toDefault(setting).map((shown) => ` (${shown})`);
    return `  ${setting.env.padEnd(VARIABLE_WIDTH)}  ${setting.meaning}${text.join('')}`;
  });
  return lines.join('\n');
}

function renderHelpEnd(): string {
  return `
Account, in the environment or as keys of the file's accounts (secrets have no flag):
${renderVariables(Object.values(ACCOUNT_SETTINGS))}

Key of hashed numbers, in the environment or as hash_key or hash_key_file under privacy:
${renderVariables(Object.values(PRIVACY_KEY_SETTINGS))}

Proxy, in the environment, as for curl but without address ranges; never used for loopback:
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY

Flags win over the environment, the environment over the file, the file over defaults.

Example:
  WHATSAPP_CLIENT_ID=my-client WHATSAPP_CLIENT_SECRET_FILE=/run/secrets/whatsapp \\
    whatsapp-numbers-exporter --web.listen-address=127.0.0.1:10972 --poll.schedule=90s`;
}
