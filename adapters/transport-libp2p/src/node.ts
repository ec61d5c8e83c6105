export { createNode, type NodeOptions, STREAM_WINDOW } from './create-node.ts'
export { createPrivateKey } from './private-key.ts'
