var level = require('./level.cjs')
var hypercore = require('@anyfeed/hypercore')

var db = level('hypercore.db')
var core = hypercore(db)

var ws = core.createWriteStream()

ws.write('hello')
ws.write('world')
ws.end(function () {
  console.log('data was stored as', ws.id.toString('hex'))

  var rs = core.createReadStream('e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f')

  rs.on('data', function (data) {
    console.log(data.toString())
  })

  rs.on('end', function () {
    var feed = core.get('e1a31bb8716f0a0487377e22dbc7f0491fb47a712ac21519792a4e32cf56fb6f')

    feed.get(1, function (err, block) {
      if (err) throw err
      console.log(block.toString())
    })
  })
})
