import { ref } from 'vue'
import { tellProblem } from '@/api/client'

/** Takes an entry away, once however often it is pressed; `problem` says why it is still there. */
export function useRemoving(take: () => Promise<void>) {
  const removing = ref(false)
  const problem = ref('')
  async function remove(): Promise<void> {
    if (removing.value) return
    removing.value = true
    problem.value = ''
    try {
      await take()
    } catch (thrown) {
      problem.value = tellProblem(thrown)
    } finally {
      removing.value = false
    }
  }
  return { removing, problem, remove }
}
