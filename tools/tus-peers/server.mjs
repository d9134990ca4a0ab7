// npm @tus/server as the app finds its central: the protocol is the library's, our marker and receipt are put on top.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const folder = process.argv[2]
const receipts = new Map()
const server = new Server({
  path: '/v1/photos',
  datastore: new FileStore({ directory: folder }),
  respectForwardedHeaders: false,
  // The app names an upload by the digest of what it holds.
  namingFunction: (_, metadata) => metadata.sha256,
  onUploadFinish: async (_, upload) => {
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path.join(folder, upload.id))) hash.update(piece)
    const digest = hash.digest('hex')
    if (digest !== upload.id) throw { status_code: 460, body: 'another digest' }
    receipts.set(upload.id, JSON.stringify({ server_seq: 0, at: '2026-11-23T01:00:00Z', code: digest.slice(0, 4) }))
    return {}
  },
})
const web = http.createServer((request, response) => {
  response.setHeader('X-Sealfield-Proto', 'sealfield/1')
  const photo = request.url.split('/').pop()
  const end = response.writeHead
  response.writeHead = function (...args) {
    const receipt = receipts.get(photo)
    if (receipt) response.setHeader('X-Sealfield-Receipt', receipt)
    return end.apply(this, args)
  }
  server.handle(request, response)
})
web.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${web.address().port}`))
