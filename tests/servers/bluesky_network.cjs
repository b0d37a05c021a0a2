// Starts a whole Bluesky network (directory of identities, PDS, AppView) on loopback: node bluesky_network.cjs FOLDER
// Prints one line of JSON with its addresses when it answers. It ends with its standard input, so it outlives no test.
'use strict'
const net = require('node:net')
const http = require('node:http')
const { createRequire } = require('node:module')

// The network's servers name no host, which would be all interfaces.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  const [where, ...rest] = given
  if (where && typeof where === 'object') return listen.call(this, { host: '127.0.0.1', ...where }, ...rest)
  if (typeof rest[0] === 'string') return listen.apply(this, given)
  return listen.call(this, { port: Number(where) || 0, host: '127.0.0.1' }, ...rest.filter((each) => typeof each === 'function'))
}

const { TestNetwork } = createRequire(`${process.argv[2]}/`)('@atproto/dev-env')

async function main() {
  const network = await TestNetwork.create({ pds: { enableDidDocWithSession: true } })
  // POST: answers when everything that was written has reached the AppView.
  const settling = http.createServer((request, response) => {
    request.resume()
    network.processAll().then(
      () => response.end(),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise((listening) => settling.listen(0, listening))
  const told = { pds: network.pds.port, appview: network.bsky.port, plc: network.plc.port, settle: settling.address().port }
  process.stdout.write(`${JSON.stringify(told)}\n`)
}

process.stdin.resume().on('end', () => process.exit(0))
main().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
