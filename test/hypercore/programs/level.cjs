'use strict'

// What `require('level')` was in 2016: a function of a path.
const { ClassicLevel } = require('classic-level')

module.exports = (path) => new ClassicLevel(path)
