var level = require('./level.cjs')
var hypercore = require('@anyfeed/hypercore')

var core = create('one.db')
var remote = create('another.db')
var stream = connect(core)

stream.pipe(connect(remote)).pipe(stream)

function create(path) {
  var core = hypercore(level(path))
  core.use('ping')
  return core
}

function connect(core) {
  var stream = core.createPeerStream()

  stream.on('handshake', function () {
    if (!stream.remoteSupports('ping')) return
    stream.on('ping', function (message) {
      if (message[0] === 0) return stream.send('ping', new Buffer([1]))
      if (message[0] === 1) console.log('got pong!')
    })
    stream.send('ping', new Buffer([0]))
  })

  return stream
}
