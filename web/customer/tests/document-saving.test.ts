import { beforeEach, expect, it, vi } from 'vitest'
import { standInForDevice } from './device'

beforeEach(() => vi.resetModules())

it('who comes back to a form at once begins with what the screen before was still sending', async () => {
  let revision = 0
  const { sent, storage } = standInForDevice(() => ({ statusCode: 200, data: { revision: ++revision } }))
  const { useDocumentSaving, whenSaved } = await import('@/forms/document-saving')
  const left = useDocumentSaving(() => ({ no: '1', task: 4 }))
  left.begin(0)
  left.change('words', '换了软管')
  void left.save()
  const kept = storage.size
  let isSaved = false
  const back = whenSaved('1', 4).then(() => (isSaved = true))
  await whenSaved('1', 5)
  expect(isSaved).toBe(false)
  await back
  expect(sent.map(({ method, url }) => [method, url.split('/').slice(-2).join('/')])).toEqual([['PUT', 'documents/4']])
  // What was kept on the device for it is gone before anything new is.
  expect(storage.size).toBe(kept - 1)

  const again = useDocumentSaving(() => ({ no: '1', task: 4 }))
  expect(again.begin(revision)).toEqual({})
  again.change('photo', 'k1')
  expect(await again.save(true)).toBeNull()
  expect(JSON.parse(sent[1]!.data ?? '{}')).toMatchObject({ revision: 1, fills: true, values: { photo: 'k1' } })
})
