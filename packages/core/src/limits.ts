/** The most blocks a feed may have: what an author can claim in an id must not make anyone allocate without end. */
export const MAX_BLOCKS = 2 ** 32

/** The largest frame, without its length prefix: 5 MiB (PROTOCOL section 2). */
export const MAX_FRAME_BYTES = 5 * 1024 * 1024

/** The most nodes a proof may have: 32 uncles and 32 roots would do for any feed of up to 2^32 blocks. */
export const MAX_PROOF_NODES = 128

/** Room that a Response needs beside the block: numbers, tags, and the longest proof. */
const RESPONSE_OVERHEAD_BYTES = 64 + MAX_PROOF_NODES * 48

/** The longest block, in bytes: with its proof it must fit into one frame. */
export const MAX_BLOCK_BYTES = MAX_FRAME_BYTES - RESPONSE_OVERHEAD_BYTES

/** The most extension names of a peer (PROTOCOL section 3, extensions). */
export const MAX_EXTENSIONS = 64

/** The longest extension name, in UTF-8 bytes. */
export const MAX_EXTENSION_NAME_BYTES = 255

/** The longest extension message, in bytes: a frame without its type. */
export const MAX_EXTENSION_MESSAGE_BYTES = MAX_FRAME_BYTES - 1

/** The most channels that a peer may have joined on one stream at a time. */
export const MAX_CHANNELS = 65_536

/** The most blocks that a bitfield on the wire tells of: it takes 4 MiB of a frame; Have lists tell of the rest. */
export const MAX_BITFIELD_BLOCKS = 4 * 1024 * 1024 * 8

/** The most blocks that one Have may list. */
export const MAX_HAVE_BLOCKS = 65_536

/** The most blocks that one range request may ask for. */
export const MAX_RANGE_BLOCKS = 4096

/** The most blocks that one answer to a range request may carry. */
export const MAX_RANGE_FRAME_BLOCKS = 4096
