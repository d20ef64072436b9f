import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { StaffCaseView } from '@/api/types'
import DocumentViewer from '@/components/case/DocumentViewer.vue'
import FormShown from '@/components/form/FormShown.vue'
import { findPair, listPapers } from '@/domain/papers'

const file = (key: string) => ({ file_key: key, name: `${key}.jpg`, kind: 'image', url: `/files/${key}`, thumbnail_url: null })

/** A case whose photos were these before the return, and are those now. */
function makeView(before: string[] | undefined, now: string[]): StaffCaseView {
  const fields = [{ key: 'photos', label: '照片', type: 'photos', personal: 'none', required: false }]
  return {
    form: { sections: [{ key: 's', title: '', fields }] },
    values: { photos: now },
    previous_values: before ? { photos: before } : {},
    files: Object.fromEntries([...(before ?? []), ...now].map((key) => [key, file(key)])),
    visit: { photos: [], signature: null },
  } as unknown as StaffCaseView
}

describe('papers that came anew', () => {
  it('are paired with what stood there, one by one', () => {
    const papers = listPapers(makeView(['a', 'b', 'c'], ['a', 'x', 'y']))
    expect(papers.map((one) => [one.file.file_key, one.state])).toEqual([
      ['a', 'kept'], ['x', 'renewed'], ['y', 'renewed'], ['b', 'former'], ['c', 'former'],
    ])
    const pairs = papers.map((one) => findPair(papers, one)?.map((of) => of.file.file_key) ?? null)
    expect(pairs).toEqual([null, ['b', 'x'], ['c', 'y'], ['b', 'x'], ['c', 'y']])
  })

  it('find the first where there are more of one kind', () => {
    const papers = listPapers(makeView(['a'], ['x', 'y']))
    expect(findPair(papers, papers[1]!)?.map((of) => of.file.file_key)).toEqual(['a', 'y'])
  })

  it('stand alone at a first review', () => {
    const papers = listPapers(makeView(undefined, ['a']))
    expect(findPair(papers, papers[0]!)).toBeNull()
  })
})

describe('the viewer', () => {
  it('shows both at once, turns both alike, and one alone when told so', async () => {
    const papers = listPapers(makeView(['a'], ['x']))
    const viewer = mount(DocumentViewer, { props: { papers, modelValue: 'x' } })
    const shown = () => viewer.findAll('.frame img').map((one) => one.attributes('src'))
    expect(shown()).toEqual(['/files/a', '/files/x'])
    expect(viewer.findAll('figcaption').map((one) => one.text())).toEqual(['原来的', '重新交的'])
    await viewer.get('[aria-label="旋转"]').trigger('click')
    await viewer.get('[aria-label="放大"]').trigger('click')
    for (const one of viewer.findAll('.frame img')) expect(one.attributes('style')).toContain('rotate(90deg) scale(1.25)')
    const compare = viewer.get('.compare')
    expect(compare.attributes('aria-pressed')).toBe('true')
    await compare.trigger('click')
    expect(shown()).toEqual(['/files/x'])
    viewer.unmount()
  })

  it('says of each alone that it did not open, and asks for new addresses', async () => {
    const papers = listPapers(makeView(['a'], ['x']))
    const viewer = mount(DocumentViewer, { props: { papers, modelValue: 'x' } })
    await viewer.get('img[src="/files/a"]').trigger('error')
    await nextTick()
    expect(viewer.findAll('.frame img')).toHaveLength(1)
    await viewer.get('[role=alert] button').trigger('click')
    expect(viewer.emitted('renew')).toHaveLength(1)
    viewer.unmount()
  })

  it('tells of one whose time is over that it is gone, and leads nowhere', () => {
    const view = makeView(undefined, ['a'])
    Object.assign(view.files.a!, { kind: 'erased', name: '已过保存期限，按规定删除', url: '' })
    const viewer = mount(DocumentViewer, { props: { papers: listPapers(view), modelValue: 'a' } })
    expect(viewer.get('.frame').text()).toBe('已过保存期限，按规定删除')
    expect(viewer.find('.frame img, .frame iframe, a[href]').exists()).toBe(false)
    viewer.unmount()
    const form = mount(FormShown, { props: { form: view.form!, values: view.values, files: view.files } })
    expect(form.get('dd').text()).toBe('已过保存期限，按规定删除')
    expect(form.find('a').exists()).toBe(false)
    form.unmount()
  })
})

describe('what a case opens on', () => {
  const fields = [
    { key: 'id_photos', label: '身份证照片', type: 'photos', personal: 'id_number', required: true },
    { key: 'proof', label: '房产证明', type: 'documents', personal: 'address', required: true },
  ]
  const view = (values: Record<string, string[]>) =>
    ({
      form: { sections: [{ key: 's', title: '', fields }] },
      values,
      previous_values: {},
      files: Object.fromEntries(Object.values(values).flat().map((key) => [key, file(key)])),
      visit: { photos: [file('site')], signature: null },
    }) as unknown as StaffCaseView

  it('is the drawing, then the papers, and the card at the end', () => {
    const drawings = [{ name: '施工图', files: [file('drawing')] }] as never
    const papers = listPapers(view({ id_photos: ['front', 'back'], proof: ['deed'] }), drawings)
    expect(papers.map((one) => one.file.file_key)).toEqual(['drawing', 'deed', 'site', 'front', 'back'])
    const viewer = mount(DocumentViewer, { props: { papers, modelValue: null } })
    expect(viewer.findAll('.frame img').map((one) => one.attributes('src'))).toEqual(['/files/drawing'])
    viewer.unmount()
  })

  it('is never the card, which is shown to who chooses it', async () => {
    const papers = listPapers(view({ id_photos: ['front'] })).filter((one) => one.isIdentity)
    const viewer = mount(DocumentViewer, { props: { papers, modelValue: null } })
    expect(viewer.findAll('.frame img')).toHaveLength(0)
    expect(viewer.text()).toContain('只附了身份证件')
    await viewer.get('.thumb').trigger('click')
    expect(viewer.emitted('update:modelValue')).toEqual([['front']])
    viewer.unmount()
  })
})
