// The road from a phone to its county, and what may stand on it.
import { createServer, request } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

function listening(server) {
  // It keeps no test running that has ended.
  server.unref()
  return new Promise((answer) => server.listen(0, '127.0.0.1', () => answer(server.address().port)))
}

/** Closes a server although somebody keeps a connection to it. */
function closed(server) {
  server.close()
  server.closeAllConnections()
}

/** A relay to the county. `weather` is changed while it stands. */
export async function road(county) {
  const way = { weather: 'clear', seen: [] }
  const server = createServer((asked, answer) => {
    way.seen.push(asked.url)
    if (way.weather === 'portal') {
      answer.writeHead(200, { 'content-type': 'text/html' })
      answer.end('<html><body>Log in to this network</body></html>')
      asked.resume()
      return
    }
    const onward = request(county + asked.url, { method: asked.method, headers: asked.headers }, (came) => {
      if (way.weather === 'cut' && asked.method === 'POST') {
        // The county has heard it; its answer is lost.
        came.resume()
        answer.destroy()
        return
      }
      answer.writeHead(came.statusCode, came.headers)
      came.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  way.url = `http://127.0.0.1:${await listening(server)}`
  way.end = () => closed(server)
  return way
}

/** Somebody else's server, with a certificate that nobody here knows. */
export async function stranger() {
  const pem = await readFile(join(here, 'stranger.pem'))
  const server = createSecureServer({ key: pem, cert: pem }, (_, answer) => answer.end('{}'))
  server.on('tlsClientError', () => {})
  return { url: `https://127.0.0.1:${await listening(server)}`, end: () => closed(server) }
}
