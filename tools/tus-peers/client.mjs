// npm tus-js-client against our central: `node client.mjs ADDRESS`. One line for each scenario.
import { createHash, randomBytes } from 'node:crypto'
import * as tus from 'tus-js-client'

const address = process.argv[2]
const device = '00000000-0000-0000-0000-000000000009'

/** A P-256 point: the central takes any at a device's first sign-in of a practice set. */
async function signIn() {
  const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
  const point = Buffer.from(await crypto.subtle.exportKey('raw', key.publicKey)).toString('base64url')
  const body = JSON.stringify({ officer: 'an.nv', secret: '246810', device, device_key: point })
  const answer = await fetch(`${address}/v1/sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()).token
}

const token = await signIn()
const headers = { Authorization: `Bearer ${token}` }
const named = (bytes) => createHash('sha256').update(bytes).digest('hex')

function upload(bytes, sha256, options = {}) {
  const told = { offsets: [] }
  const done = new Promise((resolve, reject) => {
    told.upload = new tus.Upload(bytes, {
      endpoint: `${address}/v1/photos`,
      metadata: { sha256, media_type: 'image/jpeg' },
      chunkSize: 64 << 10,
      retryDelays: null,
      headers,
      onSuccess: resolve,
      onError: reject,
      onChunkComplete: (_, sent) => {
        told.offsets.push(sent)
        options.onPiece?.(told, resolve)
      },
      ...options.tus,
    })
  })
  return Object.assign(told, { done })
}

async function receipt(sha256) {
  const answer = await fetch(`${address}/v1/photos/${sha256}`, { method: 'HEAD', headers: { ...headers, 'Tus-Resumable': '1.0.0' } })
  return { status: answer.status, offset: answer.headers.get('upload-offset'), receipt: answer.headers.get('x-sealfield-receipt') }
}

function holds(what, condition, told) {
  if (!condition) throw new Error(`${what}: ${JSON.stringify(told)}`)
  console.log(`ok ${what}`)
}

{
  const bytes = randomBytes(700_000)
  const one = upload(bytes, named(bytes))
  one.upload.start()
  await one.done
  const at = await receipt(named(bytes))
  holds('a photograph in pieces gets its receipt', one.offsets.length === 11 && at.receipt && at.offset === '700000', at)

  const again = upload(bytes, named(bytes), { tus: { uploadUrl: `${address}/v1/photos/${named(bytes)}` } })
  again.upload.start()
  await again.done
  holds('sent once more, no byte travels again', again.offsets.length === 0, again.offsets)
}
{
  const bytes = randomBytes(500_000)
  const cut = upload(bytes, named(bytes), {
    onPiece: (told, resolve) => { if (told.offsets.length === 3) told.upload.abort().then(resolve) },
  })
  cut.upload.start()
  await cut.done
  const half = await receipt(named(bytes))
  holds('left off in the middle, the rest is missing', !half.receipt && Number(half.offset) < 500_000 && Number(half.offset) > 0, half)
  const rest = upload(bytes, named(bytes), { tus: { uploadUrl: `${address}/v1/photos/${named(bytes)}` } })
  rest.upload.start()
  await rest.done
  const at = await receipt(named(bytes))
  holds('gone on with where it was left off', rest.offsets.length < 8 && at.receipt, { pieces: rest.offsets, at })
}
{
  const bytes = randomBytes(100_000)
  const wrong = upload(bytes, named(Buffer.from('something else')))
  wrong.upload.start()
  const error = await wrong.done.then(() => null, (error) => error)
  const status = error?.originalResponse?.getStatus()
  holds('bytes with another digest are refused', status >= 400 && status < 500, { status })
}
{
  const answer = await fetch(`${address}/v1/photos`, { method: 'OPTIONS' })
  const version = answer.headers.get('tus-version')
  holds('the central tells its version of tus', version === '1.0.0', { version })
}
