'use strict'
/** The pages of the compiled mini-program on a stack, as WeChat keeps them. */
const path = require('node:path')
const { JSDOM } = require('jsdom')

/** What of a browser the simulated pages need; the network stays Node's own. */
const BROWSER = ['document', 'Element', 'Node', 'HTMLElement', 'Event', 'CustomEvent', 'TouchEvent', 'MutationObserver']

/** The simulation calls `ready` with the page's first drawing alone; WeChat also does for what is drawn later. */
function withReady(register) {
  const ready = new WeakSet()
  return (definition) => {
    const told = definition.lifetimes
    const lifetimes = {
      ...told,
      attached() {
        told.attached?.call(this)
        setTimeout(() => lifetimes.ready.call(this))
      },
      ready() {
        if (ready.has(this)) return
        ready.add(this)
        told.ready?.call(this)
      },
    }
    register({ ...definition, lifetimes })
  }
}

/** Load the mini-program in `folder` onto `wx` and return its stack of pages; raises where a script does. */
function startMiniProgram(folder, wx, note) {
  const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://127.0.0.1/', pretendToBeVisual: true })
  global.window = window
  for (const name of BROWSER) global[name] = window[name]
  global.wx = wx
  const simulate = require('miniprogram-simulate')
  global.Component = withReady(global.Component)
  const loaded = new Map()
  const stack = []
  let app = null
  global.Page = () => undefined
  global.App = (made) => (app = made)
  global.getApp = () => app
  global.getCurrentPages = () => stack.map((one) => one.page.instance)

  function open(url) {
    const [route, query = ''] = url.replace(/^\//, '').split('?')
    note(`→ ${url}`)
    if (!loaded.has(route))
      loaded.set(route, simulate.load(path.join(folder, route), { compiler: 'official', rootPath: folder }))
    const page = simulate.render(loaded.get(route))
    // By its route uni-app knows a page from a component.
    page.instance.route = route
    const place = document.createElement('div')
    document.body.appendChild(place)
    page.attach(place)
    stack.push({ page, place, url })
    page.instance.onLoad(Object.fromEntries(new URLSearchParams(query)))
    page.instance.onShow?.()
    page.instance.onReady?.()
  }

  function close() {
    const { page, place } = stack.pop()
    page.instance.onUnload?.()
    page.detach()
    place.remove()
  }

  /** Change the stack after the caller has gone on, as WeChat does. */
  function move(change) {
    return (options = {}) =>
      void setTimeout(() => {
        change(options)
        options.success?.({})
        options.complete?.({})
      })
  }

  Object.assign(global.wx, {
    navigateTo: move(({ url }) => {
      stack.at(-1)?.page.instance.onHide?.()
      open(url)
    }),
    redirectTo: move(({ url }) => {
      close()
      open(url)
    }),
    reLaunch: move(({ url }) => {
      while (stack.length > 0) close()
      open(url)
    }),
    navigateBack: move(() => {
      if (stack.length < 2) return
      close()
      note(`← ${stack.at(-1).url}`)
      stack.at(-1).page.instance.onShow?.()
    }),
  })
  require(path.join(folder, 'app.js'))
  app.onLaunch?.({ path: 'pages/home/index', query: {}, scene: 1001 })
  app.onShow?.({ path: 'pages/home/index', query: {}, scene: 1001 })
  return {
    top: () => stack.at(-1),
    leave: () => {
      while (stack.length > 0) close()
    },
  }
}

module.exports = { startMiniProgram }
