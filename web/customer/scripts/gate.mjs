// What must hold of both builds: sizes, markup that WeChat can read, and no address of another host.
import { createRequire } from 'node:module'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const require = createRequire(import.meta.url)
const BUILD = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'build')
const H5 = join(BUILD, 'h5')
const MINI = join(BUILD, 'mp-weixin')

const FIRST_PAINT_BYTES = 150 * 1024
const MAIN_PACKAGE_BYTES = 1.5 * 1024 * 1024
const HOME_CHUNK = /^pages-home-index\b.*\.js$/
/** Names of XML namespaces; nothing is fetched from them. */
const NAMESPACES = /^https?:\/\/www\.w3\.org\//
const READ = new Set(['.js', '.css', '.html', '.json', '.wxml', '.wxss', '.wxs'])
/** Hosts of the machine itself, which a build for development names. */
const LOCAL = /^(https?|wss?):\/\/(127\.0\.0\.1|localhost)\b/

const faults = []
const report = (name, value, limit, isRight) => {
  console.log(`${isRight ? 'ok   ' : 'FAIL '} ${name}: ${value} (limit ${limit})`)
  if (!isRight) faults.push(name)
}
const listFiles = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? listFiles(join(folder, one.name)) : [join(folder, one.name)],
  )
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`

for (const folder of [H5, MINI])
  if (!existsSync(folder)) {
    console.error(`${relative(process.cwd(), folder)} is missing: run "npm run build:h5" and "npm run build:mp-weixin" first.`)
    process.exit(1)
  }

/** All scripts that the home page loads before it is drawn: the entry, the home chunk, and what those import. */
function firstPaintScripts() {
  const assets = join(H5, 'assets')
  const html = readFileSync(join(H5, 'index.html'), 'utf8')
  const entries = [...html.matchAll(/(?:src|href)="\/h5\/assets\/([^"]+\.js)"/g)].map((found) => found[1])
  const waiting = [...entries, ...readdirSync(assets).filter((name) => HOME_CHUNK.test(name))]
  if (waiting.length < entries.length + 1) faults.push('the chunk of the home page was not found')
  const seen = new Set()
  while (waiting.length > 0) {
    const name = waiting.pop()
    if (seen.has(name)) continue
    seen.add(name)
    const code = readFileSync(join(assets, name), 'utf8')
    for (const found of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) waiting.push(found[1])
  }
  return [...seen].map((name) => join(assets, name))
}

const scripts = firstPaintScripts()
const gzipped = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0)
report(`H5 home, gzipped scripts before first paint, ${scripts.length} files`, kib(gzipped), kib(FIRST_PAINT_BYTES), gzipped <= FIRST_PAINT_BYTES)

const app = JSON.parse(readFileSync(join(MINI, 'app.json'), 'utf8'))
const roots = (app.subPackages ?? app.subpackages ?? []).map((one) => join(MINI, one.root))
const mainFiles = listFiles(MINI).filter((path) => !roots.some((root) => path.startsWith(root)))
const mainBytes = mainFiles.reduce((sum, path) => sum + statSync(path).size, 0)
report('mini-program, main package', kib(mainBytes), kib(MAIN_PACKAGE_BYTES), mainBytes <= MAIN_PACKAGE_BYTES)

const compiler = require('miniprogram-compiler')
for (const [name, compile] of [
  ['wxml', compiler.wxmlToJs],
  ['wxss', compiler.wxssToJs],
]) {
  let said = 'read'
  try {
    compile(MINI)
  } catch (fault) {
    said = String(fault.message ?? fault).trim().split('\n').slice(0, 5).join(' ')
  }
  report(`mini-program, ${name}`, said, 'WeChat\'s own compiler reads it', said === 'read')
}

/** The one host that a released mini-program talks to is named in its build. */
const apiHost = process.env.HALL_API_ORIGIN ? new URL(process.env.HALL_API_ORIGIN).host : ''
const outside = listFiles(BUILD)
  .filter((path) => READ.has(extname(path)))
  .flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/(?:https?:|wss?:)?\/\/(?:[\w-]+\.)+[a-z]{2,}(?:\/[\w\-./%]*)?/gi)]
      .map((found) => found[0])
      .filter((address) => !NAMESPACES.test(address) && !LOCAL.test(address))
      .filter((address) => /^(https?|wss?):/i.test(address) || /\.(com|cn|net|org|io)\b/.test(address))
      .filter((address) => !apiHost || !address.includes(`//${apiHost}`))
      .map((address) => `${relative(BUILD, path)} names ${address}`),
  )
for (const one of outside) console.log(`      ${one}`)
report('addresses of other hosts', outside.length, 0, outside.length === 0)

/** Its address is put together from character codes, so that only the call itself can be seen. */
const preloads = listFiles(MINI).filter((path) => extname(path) === '.js' && readFileSync(path, 'utf8').includes('preloadAssets('))
report('what the framework preloads from elsewhere', preloads.length, 0, preloads.length === 0)

if (faults.length > 0) {
  console.error(`The gate is shut: ${faults.join('; ')}.`)
  process.exit(1)
}
