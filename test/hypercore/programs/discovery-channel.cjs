'use strict'

// Stands in for discovery-channel: the same calls, with a rendezvous on 127.0.0.1 for the DHT. RENDEZVOUS is its port.
const { EventEmitter } = require('node:events')
const net = require('node:net')

module.exports = function discovery() {
  const rendezvous = Number(process.env.RENDEZVOUS)
  return {
    /** Tells all who look the id up that it is served at this port. */
    announce(id, port) {
      const socket = net.connect(rendezvous, '127.0.0.1')
      socket.on('error', () => {})
      socket.end(`announce ${id.toString('hex')} ${port}\n`)
    },
    /** Emits `peer` with a host and a port for each who serves the id, now and later. */
    lookup(id) {
      const found = new EventEmitter()
      const socket = net.connect(rendezvous, '127.0.0.1')
      socket.on('error', () => {})
      socket.unref()
      socket.write(`lookup ${id.toString('hex')}\n`)
      let text = ''
      socket.on('data', (data) => {
        text += data
        const lines = text.split('\n')
        text = lines.pop()
        for (const line of lines) found.emit('peer', '127.0.0.1', Number(line))
      })
      return found
    }
  }
}
