var level = require('./level.cjs')
var hypercore = require('@anyfeed/hypercore')

var core = hypercore(level('one.db'))
var anotherCore = hypercore(level('another.db'))

var ws = core.createWriteStream()

ws.write('hello')
ws.write('world')
ws.end(function () {
  var stream = core.createPeerStream()
  stream.pipe(anotherCore.createPeerStream()).pipe(stream)

  var feed = anotherCore.get(ws.id)

  feed.ready(function () {
    console.log('blocks:', feed.blocks)
  })

  feed.get(0, function (err, block) {
    if (err) throw err
    console.log(block.toString())
    feed.get(1, function (err, block) {
      if (err) throw err
      console.log(block.toString(), feed.has(0), feed.has(1), feed.has(2))
      feed.get(2, function (err, block) {
        if (err) throw err
        console.log(block)
        process.exit(0)
      })
    })
  })
})
