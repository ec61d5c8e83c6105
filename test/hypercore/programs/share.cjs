var hypercore = require('@anyfeed/hypercore')
var level = require('./level.cjs')
var disc = require('./discovery-channel.cjs')()
var net = require('net')

var db = level('hypercore.db')
var core = hypercore(db)
var id = new Buffer('e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f', 'hex')

if (process.argv[2] === 'write') {
  var ws = core.createWriteStream()
  ws.write('hello')
  ws.write('world')
  ws.end(function () {
    console.log('data was stored as', ws.id.toString('hex'))
  })
} else {
  core
    .createReadStream(id)
    .on('data', function (data) {
      console.log(data.toString())
    })
    .on('end', function () {
      console.log('that was all')
    })
}

var server = net.createServer(onsocket)

server.listen(0, function () {
  announce()
  setInterval(announce, 10000)

  var lookup = disc.lookup(id.slice(0, 20))

  lookup.on('peer', function (ip, port) {
    onsocket(net.connect(port, ip))
  })
})

function onsocket(socket) {
  socket.pipe(core.createPeerStream()).pipe(socket)
}

function announce() {
  disc.announce(id.slice(0, 20), server.address().port)
}
