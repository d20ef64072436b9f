import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { listQueues } from '@/api/cases'
import { tellProblem } from '@/api/client'
import type { QueueView, StaffCaseView } from '@/api/types'

export const useQueues = defineStore('queues', () => {
  const items = ref<QueueView[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref('')

  /** Read the counts again; a failed round keeps the counts that are there. */
  async function refresh(): Promise<void> {
    try {
      items.value = (await listQueues()).items
      state.value = 'ready'
      problem.value = ''
    } catch (thrown) {
      problem.value = tellProblem(thrown)
      if (state.value !== 'ready') state.value = 'failed'
    }
  }

  const alarmCount = computed(() => items.value.find((queue) => queue.key === 'alarm')?.count ?? 0)

  return { items, state, problem, alarmCount, refresh }
})

/** The queue of these in which a case stands: that of its step, else one's own visits, else all that the unit has to do. */
export function findQueue(view: Pick<StaffCaseView, 'open_tasks'>, known: readonly QueueView[]): string | null {
  const tasks = view.open_tasks.map((task) => task.queue)
  const wanted = tasks.length ? [...tasks, 'mine', 'unit'] : []
  return wanted.find((key) => known.some((queue) => queue.key === key)) ?? null
}

/** The queue to land on: the one that was looked at last as long as something waits there, else the one to begin with. */
export function landOn(kept: string, known: readonly QueueView[], isLead: boolean): string {
  const found = known.find((queue) => queue.key === kept)
  if (found && found.count > 0 && !known.some((queue) => queue.key === 'alarm' && queue.count > 0)) return found.key
  const chosen = chooseQueue(known, isLead)
  // Where nothing waits at all everybody stays where they were.
  return found && !known.some((queue) => queue.key === chosen && queue.count > 0) ? found.key : chosen
}

/** The other queues in which something waits, for whoever looks at an empty one. */
export function listOthers(current: string, known: readonly QueueView[]): QueueView[] {
  return known.filter((queue) => queue.key !== current && queue.count > 0)
}

/** The queue to begin with: alarms before all, who leads has people to send then, anybody else the first with something in it. */
export function chooseQueue(known: readonly QueueView[], isLead: boolean): string {
  const alarms = known.find((queue) => queue.key === 'alarm' && queue.count > 0)
  if (alarms) return alarms.key
  const own = isLead ? known.find((queue) => queue.key === 'assign' && queue.count > 0) : undefined
  return (own ?? known.find((queue) => queue.count > 0) ?? known[0])?.key ?? ''
}

export function tellCount(count: number): string {
  return count > 999 ? '999+' : String(count)
}
