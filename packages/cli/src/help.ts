/** What follows the list of commands in `anyfeed --help`. */
export const GENERAL_HELP = `
Examples:
  anyfeed share holiday.mp4
  tar c photos | anyfeed share -
  anyfeed get ID -o holiday.mp4
  anyfeed get ID --bootstrap /ip4/192.0.2.7/tcp/4000/p2p/12D3KooW... -o holiday.mp4
  anyfeed cat ID --start 10 --limit 1 > block-10
  anyfeed verify && anyfeed seed --listen /ip4/0.0.0.0/tcp/4000

Peers find each other on a local network by themselves (mDNS), and anywhere by a DHT (kad-dht) that one or
more nodes lead into: \`anyfeed node\` runs one, and all name it with --bootstrap. Nobody else is ever asked.

An id lets its holder fetch and read the feed: give it to whom it is meant for. Others cannot tell it from
what they see. Connections are encrypted, but not those of --transport tcp, nor to a --peer without /p2p/.

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
  anyfeed share holiday.mp4 --bootstrap /ip4/192.0.2.7/tcp/4000/p2p/12D3KooW...
  anyfeed share holiday.mp4 --transport tcp --listen /ip4/0.0.0.0/tcp/4000`

export const GET_HELP = `
What was fetched is kept in the store: interrupted, the same command goes on where it
stopped. Each block is verified before it is written, into FILE.part until it is whole.

Examples:
  anyfeed get ID
  anyfeed get ID --bootstrap /ip4/192.0.2.7/tcp/4000/p2p/12D3KooW...
  anyfeed get ID --peer /ip4/192.0.2.7/tcp/4000 --peer /dns/example.org/tcp/4000 -o a.mp4
  anyfeed get ID --peer /ip4/192.0.2.7/tcp/4000 -o - | tar x`

export const CAT_HELP = `
Examples:
  anyfeed cat ID
  anyfeed cat ID --start 1000 --limit 10 --peer /ip4/192.0.2.7/tcp/4000`

export const SEED_HELP = `
Examples:
  anyfeed seed --listen /ip4/0.0.0.0/tcp/4000`

export const NODE_HELP = `
It serves the DHT, and is a way into it for others. It holds no feeds. Its key is kept, so that
its address stays the same where the port does.

Examples:
  anyfeed node --listen /ip4/0.0.0.0/tcp/4000
  anyfeed node --listen /ip4/0.0.0.0/tcp/4000 --bootstrap /ip4/192.0.2.8/tcp/4000/p2p/12D3KooW...`

export const WEB_HELP = `
Open the address that it prints: it lets the page have copies of feeds kept in the store, so
that they are served while no browser is. The page keeps its own feeds in the browser.
It is for this machine alone unless --host says otherwise; put HTTPS in front of it then.

Examples:
  anyfeed web
  anyfeed web --bootstrap /ip4/192.0.2.7/tcp/4000/p2p/12D3KooW...`

export const VERIFY_HELP = `
Damaged blocks are dropped, and fetched again by \`anyfeed get\`. The exit code is 3 then.`

export const RM_HELP = `
Blocks that another feed holds too are kept for it. The space of the others is given back.`
