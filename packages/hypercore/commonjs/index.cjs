'use strict'

// The ES module itself, so that `import` and `require` in one program give the same classes.
const { hypercore } = require('../dist/index.js')

module.exports = Object.assign(hypercore, { default: hypercore, hypercore, Hypercore: hypercore })
