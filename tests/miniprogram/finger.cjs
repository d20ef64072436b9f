'use strict'
/** What a person does at the screen that is open: look, tap, type, choose. */

const exparser = require('miniprogram-exparser')

/** A busy machine is slow at first; still shorter than the 20 s after which a page looks again without a hint. */
const WAIT_MS = 18_000
const LOOK_MS = 25
const squeeze = (text) => (text ?? '').replace(/\s+/g, ' ').trim()

/** @param {() => { place: Element, url: string } | undefined} top the screen that is open */
function makeFinger(top, beginTap) {
  const list = (selector) => [...(top()?.place.querySelectorAll(selector) ?? [])]
  // The official compiler writes `aria-label` as `ariaLabel`.
  const plain = (name) => name.replace('-', '').toLowerCase()
  const attribute = (element, name) =>
    element.__wxElement?._vt?.attrs.find((one) => plain(one.name) === plain(name))?.value

  /** A tap goes up through all that lies beneath it; what a field tells stays with the field. */
  function fire(element, name, detail = {}) {
    const rises = name === 'tap'
    const event = exparser.Event.create(name, detail, { bubbles: rises, composed: rises, capturePhase: rises })
    exparser.Event.dispatchEvent(element.__wxElement, event)
  }

  /** Wait until `find` gives something; the screen changes when the server has answered. */
  async function until(what, find) {
    const end = Date.now() + WAIT_MS
    for (;;) {
      const found = find()
      if (found) return found
      if (Date.now() > end) throw new Error(`${what} did not come. On ${top()?.url} stands: ${screen()}`)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  function screen() {
    return squeeze(top()?.place.textContent)
  }

  /** The thing to tap that says `text`: exactly where there is one, else beginning so, else containing it. */
  function findTap(text) {
    const open = list('.tap, [class$="--tap"], [class*="tap "]').filter((one) => !attribute(one, 'disabled'))
    const said = open.map((element) => ({ element, words: [squeeze(element.textContent), attribute(element, 'aria-label') ?? ''] }))
    for (const fits of [(word) => word === text, (word) => word.startsWith(text), (word) => word.includes(text)]) {
      const found = said.find((one) => one.words.some(fits))
      if (found) return found.element
    }
    return null
  }

  const findField = (label) =>
    until(`a field “${label}”`, () =>
      list('wx-input, wx-textarea').find((one) => attribute(one, 'aria-label') === label))

  return {
    screen,
    see: (text) => until(`“${text}”`, () => screen().includes(text)),
    lose: (text) => until(`a screen without “${text}”`, () => !screen().includes(text)),
    async tap(text) {
      const found = await until(`something to tap that says “${text}”`, () => findTap(text))
      beginTap()
      fire(found, 'tap')
    },
    async type(label, text) {
      const found = await findField(label)
      fire(found, 'input', { value: text, cursor: text.length })
      fire(found, 'blur', { value: text })
    },
    /** WeChat asks for the number itself and gives the button's page a code for it. */
    async share(text, code) {
      const found = await until(`a button that shares the number and says “${text}”`, () =>
        list('wx-button').find((one) => attribute(one, 'open-type') === 'getPhoneNumber' && squeeze(one.textContent) === text))
      fire(found, 'getphonenumber', { code })
    },
    value: async (label) => attribute(await findField(label), 'value'),
    async choose(label, option) {
      const isWanted = (one) =>
        [...one.querySelectorAll('*')].some((inner) => attribute(inner, 'aria-label')?.startsWith(label)) &&
        attribute(one, 'range')?.includes(option)
      const found = await until(`“${option}” to choose in “${label}”`, () => list('wx-picker').find(isWanted))
      fire(found, 'change', { value: attribute(found, 'range').indexOf(option) })
    },
  }
}

module.exports = { makeFinger }
