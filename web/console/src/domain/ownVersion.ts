/** A form or template of which the company may have its own version: read, changed, and stored as the next one. */
import { ElMessage } from 'element-plus/es/components/message/index'
import { ref, shallowRef } from 'vue'
import { Problem, tellProblem } from '@/api/client'
import { useLoading } from './loading'

/** ``begin`` takes over what was read or stored, as that from which changes begin. */
export function useOwnVersion<T>(read: () => Promise<T>, begin: (found: T) => void) {
  const kept = shallowRef<T | null>(null)
  const busy = ref(false)
  const problem = ref('')
  // What the server said beside the sentence: which field, or which line.
  const refused = shallowRef<Problem | null>(null)
  const loading = useLoading(read, hold)

  function hold(found: T): void {
    kept.value = found
    begin(found)
  }

  function forget(): void {
    problem.value = ''
    refused.value = null
  }

  /** Do one thing at a time, and say what goes wrong with it. */
  async function run(work: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    forget()
    try {
      await work()
    } catch (thrown) {
      problem.value = tellProblem(thrown)
      refused.value = thrown instanceof Problem ? thrown : null
    } finally {
      busy.value = false
    }
  }

  const save = (send: (found: T) => Promise<T>): Promise<void> =>
    run(async () => {
      hold(await send(kept.value!))
      ElMessage.success('已存为新版本。新办件从现在起用它，正在办的不变。')
    })

  return { kept, busy, problem, refused, loading, forget, run, save }
}
