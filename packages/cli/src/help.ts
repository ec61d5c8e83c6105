/** What follows the list of commands in `anyfeed --help`. */
export const GENERAL_HELP = `
Examples:
  anyfeed share holiday.mp4
  tar c photos | anyfeed share -
  anyfeed get ID --peer /ip4/192.0.2.7/tcp/4000 -o holiday.mp4
  anyfeed cat ID --start 10 --limit 1 > block-10
  anyfeed verify && anyfeed seed --listen /ip4/0.0.0.0/tcp/4000

An id lets its holder fetch and read the feed: give it to whom it is meant for. Connections are not encrypted.

Exit codes:
  0    all went well; also share and seed, stopped by Ctrl-C
  1    it failed: the last line says why, and what to do
  2    it was called in a wrong way
  3    verify found damaged blocks
  130  interrupted by Ctrl-C (143 by SIGTERM, 129 by SIGHUP)
  141  the reader of standard output went away

ANYFEED_DEBUG=1 shows where an error comes from.`

export const SHARE_HELP = `
FILE is cut into blocks of 64 KiB. A FILE of - stands for standard input.
The id depends on nothing but the bytes: sharing them again, anywhere, gives the same.

Examples:
  anyfeed share holiday.mp4
  tar c photos | anyfeed share -
  anyfeed share holiday.mp4 --listen /ip4/0.0.0.0/tcp/4000`

export const GET_HELP = `
What was fetched is kept in the store: interrupted, the same command goes on where it
stopped. Each block is verified before it is written, into FILE.part until it is whole.

Examples:
  anyfeed get ID --peer /ip4/192.0.2.7/tcp/4000
  anyfeed get ID --peer /ip4/192.0.2.7/tcp/4000 --peer /dns/example.org/tcp/4000 -o a.mp4
  anyfeed get ID --peer /ip4/192.0.2.7/tcp/4000 -o - | tar x`

export const CAT_HELP = `
Examples:
  anyfeed cat ID
  anyfeed cat ID --start 1000 --limit 10 --peer /ip4/192.0.2.7/tcp/4000`

export const SEED_HELP = `
Examples:
  anyfeed seed --listen /ip4/0.0.0.0/tcp/4000`

export const VERIFY_HELP = `
Damaged blocks are dropped, and fetched again by \`anyfeed get\`. The exit code is 3 then.`

export const RM_HELP = `
Blocks that another feed holds too are kept for it. The space of the others is given back.`
