/** A test outside of the suites that holds a promise which cannot be seen through them. */
export interface TestElsewhere {
  /** Words of the sentence or rule, exactly one of which has them. */
  readonly promise: string
  readonly file: string
  readonly test: string
}

const tests = (file: string, ...pairs: ReadonlyArray<readonly [promise: string, test: string]>): TestElsewhere[] =>
  pairs.map(([promise, test]) => ({ promise, file, test }))

/** Callbacks, Node streams and Buffers: what @anyfeed/hypercore has over the core that the suites drive. */
const face = tests(
  'test/hypercore/readme.test.ts',
  [
    'First lets add a stream of data',
    'First lets add a stream of data to hypercore; to access it create a read stream with the same id'
  ],
  [
    'Now to access it create a read stream',
    'First lets add a stream of data to hypercore; to access it create a read stream with the same id'
  ],
  [
    'If we were only interested in the second block',
    'If we were only interested in the second block of data we can access the low-level feed'
  ],
  [
    'To start replicating this feed to other peers',
    'To start replicating this feed to other peers we need pipe a peer stream to them'
  ],
  ['Create a new hypercore instance', 'Create a new hypercore instance; db should be a levelup instance'],
  ['db should be a levelup instance', 'Create a new hypercore instance; db should be a levelup instance'],
  ['Create a new writable stream', 'Create a new writable stream that adds a new feed and appends blocks to it'],
  [
    'After the stream has been ended',
    'After the stream has been ended (finish has been emitted) you can access stream.id and stream.blocks'
  ],
  [
    'Create a readable stream',
    'Create a readable stream that reads from a the feed specified by id; start: 0, limit: Infinity'
  ],
  [
    'Optionally you can specify the following options',
    'Create a readable stream that reads from a the feed specified by id; start: 0, limit: Infinity'
  ],
  ['Returns a readable stream', 'Returns a readable stream that will emit the id of all feeds stored in the core'],
  [
    'When a feed is being used hypercore',
    'When a feed is being used hypercore will emit interested with the corresponding feed id'
  ],
  ['This is emitted when a feed is no longer', 'uninterested is emitted when a feed is no longer being used'],
  [
    'Create a new peer replication duplex stream',
    'To start replicating this feed to other peers we need pipe a peer stream to them'
  ],
  [
    'When the stream receives a handshake',
    'When the stream receives a handshake from the remote peer a handshake event is emitted'
  ],
  [
    'Everytime you write a stream of data',
    'Create a new writable stream that adds a new feed and appends blocks to it'
  ],
  [
    'this method will wait for that block be downloaded before calling the callback',
    'If you .get a block index that has not been downloaded yet this waits for that block to be downloaded'
  ],
  [
    'Optionally you can pass in an array of blocks',
    'Optionally you can pass in an array of blocks to add multiple blocks at the same time'
  ],
  ['Will set feed.id when done', 'Finalize a feed; will set feed.id when done'],
  [
    'After the callback has been called',
    'After the callback of ready has been called feed.blocks is guaranteed to be populated'
  ],
  [
    'Check if the remote stream',
    'Use an extension to the protocol; check if the remote stream supports it after handshake'
  ],
  ['Send an extension message', 'Send an extension message; the handler is called with (messageAsBuffer)'],
  ['onmessage should be a function', 'Send an extension message; the handler is called with (messageAsBuffer)']
)

const versionZero = [
  ...tests(
    'packages/core/test/faults.test.ts',
    [
      'No request ever times out',
      'fault 4: a request without an answer times out, is cancelled, and goes to another peer'
    ],
    ['No request ever times out', 'fault 4: a Cancel is heeded'],
    ['No request ever times out', 'fault 4: a handshake that never comes ends the stream'],
    ['Here it takes a request back that is still waiting', 'fault 4: a Cancel is heeded'],
    ['A failed read on open', 'fault 6: a failed read on open is an error, and nothing is overwritten'],
    [
      'A failed append has already advanced the tree',
      'fault 7: leaves the right tree: the feed gets the id of what is stored'
    ],
    ['Nothing is written that could find', 'fault 9: an unfinished feed is found again'],
    [
      'Each block put scans the whole feed',
      'fault 10: twice the blocks take twice the hashes, nodes, pages, reads and bytes'
    ]
  ),
  ...tests('test/replication/versions.test.ts', [
    'Two versions live on one wire',
    'a feed comes whole and right, in ranges and in single blocks'
  ]),
  ...tests('test/hypercore/interop.test.ts', [
    'What hypercore 1.8.0 does',
    'both fetch from each other on one stream, and feeds that are opened later too'
  ]),
  ...tests(
    'packages/core/test/flow.test.ts',
    ['prioritized CRITICAL, HIGH or NORMAL', 'is what is critical, then what is high, then the rest'],
    ['prioritized CRITICAL, HIGH or NORMAL', 'is asked of a quicker one as well, and taken back from the other'],
    ['Two of its proposals', 'is what is critical, then what is high, then the rest']
  ),
  ...tests('test/swarm/authorize.test.ts', [
    'Two of its proposals',
    'is asked for each feed and direction, once, and sees who is proven'
  ]),
  ...tests('test/replication/duplicates.test.ts', [
    'Deduplication: blocks are content addressed',
    'are not fetched again: a feed with some blocks changed'
  ])
]

const RANGES = 'packages/core/test/range-verifier.test.ts'
const versionOne = [
  ...tests(
    'test/attacks/spies.test.ts',
    ['32 random bytes, fresh for each stream', 'that replays a proof from another stream proves nothing'],
    ['A nonce that is one of this peer', 'that sends our own nonce back to us, on this stream or another, is cut off'],
    ['The prover is who sends the message', 'in the middle cannot relay a proof where the connection has a binding'],
    ['| 1: channel | as in Join', 'that sends our own proof back to us proves nothing'],
    ['type 8 is an unknown type like any other', 'that speaks version 0 cannot use what version 1 adds'],
    ['Whoever knows the feed makes the same proof', 'that knows the topic alone learns no more, and gets no block']
  ),
  ...tests(
    RANGES,
    [
      'The proof is a list of hashes without indexes',
      'lead to the id, however they are cut, whatever is left out and whatever was trusted'
    ],
    [
      'Of that list, hashes are left out',
      'carry one proof for all: no hash that follows from the blocks or that the asker has'
    ],
    ['To verify an answer', 'are refused, each with whatever is changed, left out or added'],
    [
      'a range request (below) names a trusted node',
      'carry one proof for all: no hash that follows from the blocks or that the asker has'
    ]
  ),
  ...tests(
    'test/attacks/ranges.test.ts',
    [
      'It is answered by one RangeResponse or more',
      'that are not here is told so at once, and we come to want nothing by it'
    ],
    ['To verify an answer', 'that was given already ends the stream'],
    ['To verify an answer', 'that comes after it was taken back is forgiven'],
    ['| 11 | RangeCancel', 'and takes them back gets no more of them, and one last word'],
    ['A RangeCancel takes back', 'and takes them back gets no more of them, and one last word'],
    ['An answer to a request without `top` needs the roots', '%s ends the stream with %s, and nothing of it is kept'],
    [
      'A side that sends a Pause ends each range request',
      'that comes after a Pause is what was asked for, and is not asked for again'
    ],
    ['when there is nothing (more) to send', 'without blocks, again and again, does not make us ask for ever']
  ),
  ...tests('packages/core/test/wire.test.ts', [
    'All numbers are uint64',
    'are refused for lists that are too long, hashes of another length, missing fields and bad names'
  ]),
  ...tests('test/replication/versions.test.ts', [
    'Between peers of version 1 blocks are asked for by ranges',
    'a feed comes whole and right, in ranges and in single blocks'
  ]),
  ...tests('packages/core/test/flow.test.ts', [
    'One request may go out early',
    'comes within 1.5 round trips, asked for %s'
  ]),
  ...tests('packages/core/test/replication.test.ts', [
    'A peer of version 1 is not told of a block',
    'of two: each block comes once, and little else'
  ]),
  ...tests(
    'test/attacks/malformed.test.ts',
    [
      'Each side frees its own number by its own Leave',
      'a version 1 peer frees its number by its own Leave, not by ours'
    ],
    [
      'Version 0 sends no Leave in answer',
      'when we leave a version 0 peer, its number is free at once, and it hears of us again'
    ]
  ),
  ...tests(
    'test/attacks/silence.test.ts',
    ['A side that has sent nothing for 20 seconds', 'keep-alives hold an idle link between two of ours for hours'],
    [
      'A side that has sent nothing for 20 seconds',
      'of version 1 is given up when it does not even send keep-alives; one of version 0 is not'
    ]
  )
]

const recorded = tests(
  'test/vectors/ranges.test.ts',
  ['| 9 | RangeRequest', 'is answered by us with these very bytes'],
  ['| 10 | RangeResponse', 'is understood, and its answers lead to the id'],
  ['[ranges.json]', 'is answered by us with these very bytes']
)

/** What an adapter is given and does not give, and what only some media can bring about. */
const interfaces = [
  ...tests(
    'packages/adapter-kit/test/pause.test.ts',
    ['Clock.now', 'ends by the clock of the machine'],
    ['Clock.setTimeout', 'ends by the clock of the machine'],
    ['Clock.clearTimeout', 'ends by the %s, and leaves nothing behind']
  ),
  ...tests('adapters/transport-libp2p/test/transport.test.ts', [
    'ListenOptions.onAddresses',
    'tells when the addresses of its node have changed, and of nothing else'
  ])
]

export const elsewhere: readonly TestElsewhere[] = [...face, ...versionZero, ...versionOne, ...recorded, ...interfaces]
