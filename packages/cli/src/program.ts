import { type Command, CommanderError, program } from 'commander'
import { idArgument, idArguments, ipAddress, names, secondsOption, wholeNumber } from './arguments.ts'
import { cat } from './commands/cat.ts'
import type { CommandContext } from './commands/command.ts'
import { get } from './commands/get.ts'
import { info } from './commands/info.ts'
import { ls } from './commands/ls.ts'
import { node } from './commands/node.ts'
import { rm } from './commands/rm.ts'
import { seed } from './commands/seed.ts'
import { share } from './commands/share.ts'
import { verify } from './commands/verify.ts'
import { web } from './commands/web.ts'
import { EXIT } from './errors.ts'
import {
  CAT_HELP,
  GENERAL_HELP,
  GET_HELP,
  NODE_HELP,
  RM_HELP,
  SEED_HELP,
  SHARE_HELP,
  VERIFY_HELP,
  WEB_HELP
} from './help.ts'
import { addDhtOptions, addPeerOptions, type NetworkFlags, networkOptions } from './network/command-options.ts'
import { run } from './run.ts'
import { defaultStore, nodeStore } from './store.ts'
import { version } from './version.ts'

/** What all commands take. */
interface CommonOptions {
  readonly store: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** All IPv4 addresses of this machine, on a port that the system picks. */
const EVERYWHERE = ['/ip4/0.0.0.0/tcp/0']
const TIMEOUT_SECONDS = 30

/** Runs the command line, and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  define()
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = misused(error, args)
  }
}

function define(): void {
  program
    .name('anyfeed')
    .description('Shares and fetches files as feeds of verified blocks.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [COMMAND]', 'print help for a command')
    .addHelpText('after', GENERAL_HELP)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()

  addPeerOptions(
    command('share <FILE>', 'add FILE (- for standard input) to the store and serve it', SHARE_HELP)
  ).action((file: string, options: CommonOptions & NetworkFlags) =>
    execute('share', options, (context) => share(file, networkOptions(options, EVERYWHERE), context))
  )

  const getting = command('get <ID>', 'fetch a feed and write it to a file', GET_HELP, idArgument)
    .option('-o, --output <FILE>', 'where to write it, - for standard output (default: anyfeed- and 12 digits of ID)')
    .option('--timeout <SECONDS>', 'give up when nothing came for so long; 0 for never', secondsOption, TIMEOUT_SECONDS)
  addPeerOptions(getting).action(
    (id: string, options: CommonOptions & NetworkFlags & { output?: string; timeout: number }) =>
      execute(
        'get',
        options,
        (context) => get(id, { ...options, network: networkOptions(options, []) }, context),
        options.output === '-'
      )
  )

  const reading = command('cat <ID>', 'write blocks of a feed to standard output', CAT_HELP, idArgument)
    .option('--start <N>', 'the first block', wholeNumber(0), 0)
    .option('--limit <N>', 'how many blocks at most (default: up to the end)', wholeNumber(0))
    .option('--timeout <SECONDS>', 'give up when nothing came for so long; 0 for never', secondsOption, TIMEOUT_SECONDS)
  addPeerOptions(reading).action(
    (id: string, options: CommonOptions & NetworkFlags & { timeout: number; start: number; limit?: number }) =>
      execute('cat', options, (context) => cat(id, { ...options, network: networkOptions(options, []) }, context), true)
  )

  addPeerOptions(command('seed', 'serve all feeds of the store', SEED_HELP)).action(
    (options: CommonOptions & NetworkFlags) =>
      execute('seed', options, (context) => seed(networkOptions(options, EVERYWHERE), context))
  )

  addDhtOptions(
    command('node', 'let others find each other, as a node of the DHT', NODE_HELP, undefined, nodeStore())
  ).action((options: CommonOptions & NetworkFlags) =>
    execute('node', options, (context) => node(networkOptions({ ...options, discovery: false }, EVERYWHERE), context))
  )

  const serving = command('web', 'serve a page that shares and fetches feeds', WEB_HELP)
    .option('--port <N>', "the page's port; what a browser keeps belongs to it", wholeNumber(0), 4737)
    .option('--host <IP>', 'the address to listen on', ipAddress, '127.0.0.1')
    .option('--name <NAME>', 'a name by which the page may be asked for; may be given several times', names)
  addDhtOptions(serving).action(
    (options: CommonOptions & NetworkFlags & { port: number; host: string; name?: string[] }) =>
      execute('web', options, (context) => web({ listen: [], bootstrap: [], name: [], ...options }, context))
  )

  command('ls', 'list the feeds of the store').action((options: CommonOptions) => execute('ls', options, ls))

  command('info <ID>', 'tell about one feed of the store', '', idArgument).action(
    (id: string, options: CommonOptions) => execute('info', options, (context) => info(id, context))
  )

  command('verify [ID]', 'hash what is stored anew, and drop what is damaged', VERIFY_HELP, idArgument).action(
    (id: string | undefined, options: CommonOptions) => execute('verify', options, (context) => verify(id, context))
  )

  command('rm <ID...>', 'delete feeds from the store', RM_HELP, idArguments).action(
    (ids: string[], options: CommonOptions) => execute('rm', options, (context) => rm(ids, context))
  )
}

/** A command `name <ARGUMENT>` with the options that all have; `parse` reads its argument. */
function command(
  usage: string,
  description: string,
  help = '',
  parse?: (value: string, before: never) => unknown,
  store = defaultStore()
): Command {
  const [name = '', argument] = usage.split(' ')
  const defined = program.command(name).description(description)
  if (argument !== undefined) {
    if (parse === undefined) defined.argument(argument)
    else defined.argument(argument, '', parse as (value: string, before: unknown) => unknown)
  }
  return defined
    .option('--store <DIR>', 'where feeds are kept', store)
    .option('--json', 'print one JSON object a line, for machines')
    .option('-q, --quiet', 'print only results and errors')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', help)
}

async function execute(
  name: string,
  { store, json = false, quiet = false }: CommonOptions,
  action: (context: CommandContext) => Promise<number> | Promise<void>,
  bytesOnStdout = false
): Promise<void> {
  process.exitCode = await run({ command: name, store, json, quiet, bytesOnStdout }, action)
}

/** The exit code of a call that commander did not hand on: for help that was asked for, or a wrong call. */
function misused(error: CommanderError, args: readonly string[]): number {
  if (error.exitCode === 0) return EXIT.ok
  // Without a command, the help was printed already.
  if (error.code === 'commander.help') return EXIT.usage
  const known = program.commands.find((each) => each.name() === args[0])
  const hint = `see \`anyfeed ${known === undefined ? '' : `${known.name()} `}--help\``
  const message = `${oneLine(error.message)} ${hint}`
  if (args.includes('--json')) {
    // Where the lines would have gone.
    const output = args.findIndex((each) => each === '-o' || each === '--output')
    const bytesOnStdout = args[0] === 'cat' || (output !== -1 && args[output + 1] === '-')
    const out = bytesOnStdout ? process.stderr : process.stdout
    out.write(`${JSON.stringify({ event: 'error', code: 'ERR_USAGE', message })}\n`)
  } else {
    process.stderr.write(`anyfeed: ${message}\n`)
  }
  return EXIT.usage
}

/** Commander's message, as a sentence that another can follow. */
function oneLine(message: string): string {
  const line = message.replace(/^error: (?:command-argument value )?/, '').replace(/\n/g, ' ')
  return /[.)]$/.test(line) ? line : `${line};`
}
