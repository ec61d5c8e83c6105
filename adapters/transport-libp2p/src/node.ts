export { createNode, type NodeOptions } from './create-node.ts'
export { createPrivateKey } from './private-key.ts'
