'use strict'
/**
 * A phone with the compiled mini-program, told what to do by JSON lines: `{"do": "tap", "with": ["提交申请"]}`.
 * Each is answered by one line `{"ok": …}` or `{"error": …}`; the transcript goes to the error output.
 *
 *     node walk.cjs '{"folder": …, "built": …, "origin": …, "control": …, "user": …}'
 */
const readline = require('node:readline')
const { makeWechat } = require('./wechat.cjs')
const { startMiniProgram } = require('./pages.cjs')

const setting = JSON.parse(process.argv[2])
const note = (line) => process.stderr.write(`${line}\n`)
const complaints = []
const complain = (...said) => {
  const line = said.map((one) => (one instanceof Error ? one.stack : String(one))).join(' ')
  complaints.push(line)
  note(`! ${line}`)
}
console.log = console.info = (...said) => note(`  ${said.join(' ')}`)
console.error = console.warn = complain
process.on('uncaughtException', complain)
process.on('unhandledRejection', complain)

const phone = makeWechat(setting, note)
const program = startMiniProgram(setting.folder, phone.wx, note)
// After the pages, since it needs what they put into the simulated browser.
const finger = require('./finger.cjs').makeFinger(program.top, phone.beginTap)

const deeds = {
  open: (url) => wx.reLaunch({ url }),
  back: () => wx.navigateBack(),
  photo: (file) => phone.takePhoto(file),
  where: () => program.top()?.url,
  complaints: () => complaints,
  ...finger,
  share: async (text) => finger.share(text, await phone.issueCode('phone')),
}

async function obey(line) {
  const { do: deed, with: words = [] } = JSON.parse(line)
  note(`${deed} ${words.join(' | ')}`)
  try {
    return { ok: (await deeds[deed](...words)) ?? null }
  } catch (error) {
    return { error: error.message }
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await obey(line), (_, value) => (value instanceof Node ? null : value))}\n`)
  program.leave()
  phone.hangUp()
  process.exit(0)
}

void main()
