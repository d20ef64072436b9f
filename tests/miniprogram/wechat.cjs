'use strict'
/**
 * WeChat on a phone, as far as the hall uses it: `wx` with its network led to the running server, and its sign-in and
 * its question about messages led to the simulated WeChat, where a person of the simulators holds the phone.
 */
const fs = require('node:fs')
const path = require('node:path')
const { WebSocket } = require('ws')

/** WeChat opens its question for this many templates at most, and only straight from a tap. */
const MOST_TEMPLATES = 3
const OFFLINE = { errMsg: 'request:fail' }

/**
 * @param {{ built: string, origin: string, control: string, user: string }} setting where the mini-program was built
 *   to call, where the hall listens, where the simulators are controlled, and who holds the phone
 * @param {(line: string) => void} note takes a line of the transcript
 */
function makeWechat(setting, note) {
  const storage = new Map()
  const sockets = new Set()
  const photos = []
  let isStraightFromTap = false

  /** Nothing but the hall is reached from the phone. */
  function lead(url) {
    if (!url.startsWith(setting.built)) {
      const scheme = setting.built.replace(/^http/, 'ws')
      if (!url.startsWith(scheme)) throw new Error(`the mini-program calls another host: ${url}`)
      return setting.origin.replace(/^http/, 'ws') + url.slice(scheme.length)
    }
    return setting.origin + url.slice(setting.built.length)
  }

  async function order(name, body) {
    const answer = await fetch(`${setting.control}/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the simulators refuse ${name}: ${await answer.text()}`)
    return answer.json()
  }

  /** Answer as WeChat does: success or fail, then complete; never before the caller has gone on. */
  function answer(options, work) {
    work().then(
      (found) => {
        options.success?.(found)
        options.complete?.(found)
      },
      (error) => {
        note(`  ! ${error.message}`)
        const failed = { ...OFFLINE, errMsg: `fail ${error.message}` }
        options.fail?.(failed)
        options.complete?.(failed)
      },
    )
  }

  async function send(url, init, timeout = 20_000) {
    const got = await fetch(lead(url), { ...init, signal: AbortSignal.timeout(timeout) })
    const text = await got.text()
    isStraightFromTap = false
    note(`  ${init.method} ${new URL(url).pathname} ${got.status}`)
    return { statusCode: got.status, text, header: Object.fromEntries(got.headers) }
  }

  function request(options) {
    answer(options, async () => {
      const { method = 'GET', header, data, timeout } = options
      const got = await send(options.url, { method, headers: header, body: data }, timeout)
      let body = got.text
      try {
        body = JSON.parse(got.text)
      } catch {
        // WeChat hands over as text what is no JSON.
      }
      return { statusCode: got.statusCode, header: got.header, data: body }
    })
    return { abort() {} }
  }

  function uploadFile(options) {
    const listeners = []
    answer(options, async () => {
      const content = fs.readFileSync(options.filePath)
      const form = new FormData()
      for (const [name, value] of Object.entries(options.formData ?? {})) form.set(name, String(value))
      form.set(options.name, new Blob([content]), path.basename(options.filePath))
      for (const listener of listeners) listener({ progress: 50 })
      const got = await send(options.url, { method: 'POST', headers: options.header, body: form }, options.timeout)
      for (const listener of listeners) listener({ progress: 100 })
      return { statusCode: got.statusCode, data: got.text }
    })
    return { abort() {}, onProgressUpdate: (listener) => listeners.push(listener) }
  }

  function connectSocket(options) {
    const socket = new WebSocket(lead(options.url))
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // An error is followed by the close, which the client acts upon.
    socket.on('error', (error) => note(`  ! socket: ${error.message}`))
    options.success?.({ errMsg: 'connectSocket:ok' })
    return {
      onOpen: (listener) => socket.on('open', () => listener({})),
      onClose: (listener) => socket.on('close', (code, reason) => listener({ code, reason: String(reason) })),
      onError: (listener) => socket.on('error', (error) => listener({ errMsg: error.message })),
      onMessage: (listener) =>
        socket.on('message', (data) => {
          note(`  socket ← ${data}`)
          listener({ data: String(data) })
        }),
      send: ({ data }) => {
        note(`  socket → ${data}`)
        socket.send(data)
      },
      close: () => socket.close(),
    }
  }

  function requestSubscribeMessage(options) {
    answer(options, async () => {
      if (!isStraightFromTap) throw new Error('requestSubscribeMessage can only be invoked by user TAP gesture')
      if (options.tmplIds.length > MOST_TEMPLATES) throw new Error('requestSubscribeMessage takes three templates')
      const answers = { errMsg: 'requestSubscribeMessage:ok' }
      for (const template_id of options.tmplIds) {
        await order('permissions', { user: setting.user, template_id, accept: true })
        answers[template_id] = 'accept'
      }
      note(`  allowed ${options.tmplIds.join(', ')}`)
      return answers
    })
  }

  function takePhotos(options) {
    const tempFiles = photos
      .splice(0, options.count)
      .map((one) => ({ path: one, size: fs.statSync(one).size }))
    if (tempFiles.length === 0) return answer(options, () => Promise.reject(new Error('no photo was taken')))
    answer(options, async () => ({ tempFilePaths: tempFiles.map((one) => one.path), tempFiles }))
  }

  const issueCode = async (kind) => (await order('codes', { user: setting.user, kind })).code

  const copy = (value) => (value === undefined ? '' : JSON.parse(JSON.stringify(value)))
  const wx = {
    request,
    uploadFile,
    connectSocket,
    requestSubscribeMessage,
    // The face of who holds the phone is theirs, so that WeChat's own camera lets them pass.
    canIUse: (call) => call === 'requestFacialVerify',
    requestFacialVerify: (options) =>
      answer(options, async () => order(`wechat_faces/${options.verifyId}`, { result: 10000 })),
    chooseImage: takePhotos,
    login: (options) =>
      answer(options, async () => ({ code: await issueCode('mini') })),
    getStorageSync: (key) => copy(storage.get(key)),
    setStorageSync: (key, value) => void storage.set(key, copy(value)),
    removeStorageSync: (key) => void storage.delete(key),
    setStorage: ({ key, data, success }) => (storage.set(key, copy(data)), success?.({})),
    getNetworkType: (options) => answer(options, async () => ({ networkType: 'wifi' })),
    onNetworkStatusChange: () => undefined,
    pageScrollTo: () => undefined,
    preloadAssets: () => note('! the mini-program loads something from another host'),
  }
  return {
    wx,
    issueCode,
    takePhoto: (file) => photos.push(file),
    beginTap: () => (isStraightFromTap = true),
    hangUp: () => sockets.forEach((one) => one.terminate()),
  }
}

module.exports = { makeWechat }
