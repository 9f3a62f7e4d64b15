import {
  Command,
  CommanderError,
  InvalidArgumentError,
  Option,
  type OutputConfiguration,
} from 'commander';

import { nearest } from '../core/nearest.ts';
import { ACCOUNT_SETTINGS, CONFIG_FILE, SETTINGS } from './schema.ts';
import type { Setting } from './setting.ts';

export type CommandLine =
  | {
      readonly kind: 'run' | 'once' | 'check-config' | 'login';
      readonly demo: boolean;
      /** Text by the setting's key. */
      readonly flags: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'simulator';
      readonly host: string;
      readonly port: number;
    }
  | {
      /** Prints the past months of the accounts. */
      readonly kind: 'history';
      readonly demo: boolean;
      readonly flags: Readonly<Record<string, string>>;
      readonly byNumber: boolean;
      /** Path of a file, instead of stdout. */
      readonly output?: string;
    }
  | {
      /** Writes the package's rules, dashboards and manifests. */
      readonly kind: 'assets';
      readonly folder: string;
    }
  | {
      /** Nothing to run: the text to print, and the exit code. */
      readonly kind: 'exit';
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    };

/** One port above the exporter's. */
const SIMULATOR = { host: '127.0.0.1', port: 10_973 };
const HELP_WIDTH = 100; // Fixed, so that the help is the same in a terminal, a pipe and a test.
const VARIABLE_WIDTH = 30; // The longest name of a variable without a flag.

/** Reads the arguments after the program's name. Prints nothing and does not exit. */
export function parseCommandLine(argv: readonly string[], version: string): CommandLine {
  const [flags, out, err]: [Record<string, string>, string[], string[]] = [{}, [], []];
  const given: Commands = {};
  const program = createProgram(version, flags, given, {
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
    const { login, checkConfig } = program.opts<Modes>();
    if (login && !checkConfig) program.error("error: option '--login' needs '--check-config'");
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'exit', code: error.exitCode, stdout: out.join(''), stderr: err.join('') };
  }
  const { demo = false, once, checkConfig, login, simulator } = program.opts<Modes>();
  if (given.assets !== undefined) return { kind: 'assets', folder: given.assets };
  if (given.history !== undefined) return { kind: 'history', demo, flags, ...given.history };
  if (simulator !== undefined) return { kind: 'simulator', ...simulator };
  const kind = once ? 'once' : login ? 'login' : checkConfig ? 'check-config' : 'run';
  return { kind, demo, flags };
}

/** The arguments of the command that was given, if any. */
interface Commands {
  assets?: string;
  history?: Pick<CommandLine & { kind: 'history' }, 'byNumber' | 'output'>;
}

interface Modes extends Partial<Record<'demo' | 'once' | 'checkConfig' | 'login', true>> {
  readonly simulator?: typeof SIMULATOR;
}

/** Commander quotes unknown arguments. The value of an unknown `--flag=value` may be a secret. */
function splitValues(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => {
    const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
    return flag === undefined || value === undefined ? argument : [flag, value];
  });
}

/** Commander would report the value as an excess argument. */
function refuseNeedlessValue(program: Command, argv: readonly string[]): void {
  const option = program.options.find(
    ({ long, required, optional }) =>
      !required && !optional && argv.some((argument) => argument.startsWith(`${long}=`)),
  );
  if (option !== undefined) program.error(`error: option '${option.long}' takes no value`);
}

function createProgram(
  version: string,
  flags: Record<string, string>,
  given: Commands,
  output: OutputConfiguration,
): Command {
  const program = new Command('whatsapp-numbers-exporter')
    .description('Prometheus exporter for the WhatsApp numbers of a 99digital partner account.')
    // Before any command, which inherits it.
    .configureOutput(output)
    .exitOverride()
    // The description already contains variable and default.
    .configureHelp({ optionDescription: ({ description }) => description })
    .showHelpAfterError('Try --help.')
    .addHelpText('after', renderHelpEnd());
  for (const setting of [CONFIG_FILE, ...SETTINGS]) {
    const { flag } = setting;
    if (flag !== undefined) program.addOption(toOption({ ...setting, flag }, flags));
  }
  program
    .command('assets <folder>')
    .description('Write rules, dashboards and manifests to a folder')
    .helpOption('-h, --help', 'Print this help')
    .action((folder: string) => void (given.assets = folder));
  program
    .command('history')
    .description('Print the past months of the accounts as OpenMetrics')
    .addHelpText(
      'after',
      '\nUses the flags, variables and file of the exporter. See docs/history.md.',
    )
    .option('--by-number', 'Add the months of each number, with a call every 2 s', false)
    .option('--output <path>', 'Write to a file, or continue an unfinished one')
    .helpOption('-h, --help', 'Print this help')
    .action((options: NonNullable<Commands['history']>) => void (given.history = options));
  return program
    .allowExcessArguments()
    .action((_options, { args: [first] }: Command) => {
      // Not quoted: it may be a secret in the wrong place.
      if (first !== undefined) program.error(`error: unknown command${hint(first, program)}`);
    })
    .helpCommand(false)
    .optionsGroup('Modes:')
    .option('--demo', 'Run with a simulated provider; needs no account')
    .addOption(
      new Option('--once', 'Poll once, print the metrics, exit 0 or 1').conflicts('checkConfig'),
    )
    .option('--check-config', 'Check the configuration, print it without secrets, exit 0 or 1')
    .option(
      '--login',
      'With --check-config: request a token and the numbers once, print one sentence per account; ' +
        'a failed login counts as a wrong attempt with the provider',
    )
    .addOption(
      new Option(
        '--simulator [address]',
        "Run only the simulator of the provider's API, for dry runs of a configuration " +
          `(default ${SIMULATOR.host}:${SIMULATOR.port})`,
      )
        .preset(`${SIMULATOR.host}:${SIMULATOR.port}`)
        .argParser(toAddress)
        .conflicts(['demo', 'once', 'checkConfig']),
    )
    .optionsGroup('Information:')
    .version(version, '--version', 'Print the version')
    .helpOption('-h, --help', 'Print this help');
}

function hint(word: string, { commands }: Command): string {
  const names = commands.map((command) => command.name());
  const near = nearest(word, names);
  return near === undefined
    ? `; the commands are ${names.join(' and ')}`
    : `; did you mean ${near}?`;
}

/** Without a host on every interface. */
function toAddress(text: string): typeof SIMULATOR {
  const [, host = '', port = ''] = /^([\w.-]*):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) {
    throw new InvalidArgumentError('Write host:port or :port.');
  }
  return { host: host === '' ? '0.0.0.0' : host, port: Number(port) };
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
      // One of two values would be ignored silently.
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
Account, as variables or as keys of the file's accounts (secrets have no flag):
${renderVariables(ACCOUNT_SETTINGS)}

Key for hashed numbers, as variables or as hash_key or hash_key_file under privacy:
${renderVariables(SETTINGS.filter(({ flag }) => flag === undefined))}

Proxy, as variables, as for curl but without address ranges; never used for loopback:
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY

Flags win over variables, variables over the file, the file over defaults.

Example:
  WHATSAPP_CLIENT_ID=my-client WHATSAPP_CLIENT_SECRET_FILE=/run/secrets/whatsapp \\
    whatsapp-numbers-exporter --web.listen-address=127.0.0.1:10972 --poll.schedule=90s`;
}
