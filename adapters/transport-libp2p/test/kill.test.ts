import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Connection } from '@anyfeed/interfaces'
import { expect, it } from 'vitest'
import { countBytes } from '../../../conformance/src/bytes/numbered.ts'
import { libp2pTransport } from '../src/index.ts'
import { failure, openNode } from './nodes.ts'

it('a peer whose process is killed in the middle has broken off, and not ended', async () => {
  const node = await openNode()
  const transport = libp2pTransport(node)
  try {
    const connected = new Promise<Connection>((onConnection) => {
      transport.listen(`/p2p/${node.peerId}`, { onConnection }).then(({ addresses }) => {
        spawned = spawn(process.execPath, [script, addresses[0] ?? ''], { stdio: 'inherit' })
      })
    })
    const script = fileURLToPath(new URL('kill.child.ts', import.meta.url))
    let spawned: ReturnType<typeof spawn> | undefined
    const connection = await connected
    async function* killing() {
      for await (const chunk of connection.source) {
        spawned?.kill('SIGKILL')
        yield chunk
      }
    }
    expect(await failure(countBytes(killing()))).toMatchObject({ code: 'ERR_CONNECTION_RESET' })
    await connection.closed
  } finally {
    await transport.close()
    await node.stop()
  }
})
