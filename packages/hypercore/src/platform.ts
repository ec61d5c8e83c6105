/**
 * What this package needs of Node, under the bare names: in Node these are Node's own modules, so that Buffers and
 * streams are the real ones (`instanceof`, `pipeline`, ...), and a bundler for browsers finds the npm packages `buffer`
 * and `events`, and `readable-stream` for `stream` (`browser` in package.json). No bundler maps the `node:` names.
 */
export { Buffer } from 'buffer'
export { EventEmitter } from 'events'
// biome-ignore lint/style/useNodejsImportProtocol: bundlers map the bare name
export { Duplex, Readable, Writable } from 'stream'
