var level = require('./level.cjs')
var hypercore = require('@anyfeed/hypercore')

var core = hypercore(level('hypercore.db'))

core.on('interested', function (id) {
  console.log('interested', id.toString('hex'))
})

core.on('uninterested', function (id) {
  console.log('uninterested', id.toString('hex'))
})

var feed = core.add()

feed.append('hello')
feed.append(['w', 'orld'], function (err) {
  if (err) throw err
  console.log('has', feed.has(2), feed.has(3))
  feed.finalize(function (err) {
    if (err) throw err
    console.log('finalized', feed.id.toString('hex'), feed.blocks)
    try {
      feed.append('more')
    } catch (err) {
      console.log('no more')
    }
    core
      .list()
      .on('data', function (id) {
        console.log('listed', id)
      })
      .on('end', function () {
        feed.close()
      })
  })
})
