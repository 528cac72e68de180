/**
 * Stands in for the npm package of this name, which yazl (and nobody else here) asks for checksums. That one is
 * written in JavaScript and ten times slower than `zlib.crc32`: it alone would take longer than the rest of a download.
 * Chosen by `overrides` in the top package.json; without it downloads are the same, only slower.
 */
'use strict';

const zlib = require('node:zlib');

/** CRC-32 as an unsigned number; `previous` continues a checksum. */
function unsigned(data, previous = 0) {
  return zlib.crc32(data, previous);
}

module.exports = { unsigned };
