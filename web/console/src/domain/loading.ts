/** What a screen shows that it has to fetch first: loading, failed, or there; and fetched anew without a flicker. */
import { ElMessage } from 'element-plus/es/components/message/index'
import { onMounted, reactive } from 'vue'
import { tellProblem } from '@/api/client'

export interface Loading {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  /** Fetches anew and shows that it does. */
  load: () => Promise<void>
  /** Fetches anew behind what is shown; what goes wrong is said and takes nothing away. */
  refresh: () => Promise<void>
}

/** ``fetch`` begins when the screen is there. Of several answers only that to the latest question is given to ``keep``. */
export function useLoading<T>(fetch: () => Promise<T>, keep: (found: T) => void): Loading {
  let question = 0
  const loading: Loading = reactive({ state: 'loading', problem: '', load: () => run(false), refresh: () => run(true) })

  async function run(quietly: boolean): Promise<void> {
    const mine = ++question
    if (!quietly) loading.state = 'loading'
    try {
      const found = await fetch()
      if (mine !== question) return
      keep(found)
      loading.state = 'ready'
    } catch (thrown) {
      if (mine !== question) return
      loading.problem = tellProblem(thrown)
      if (quietly && loading.state === 'ready') ElMessage.error(loading.problem)
      else loading.state = 'failed'
    }
  }

  onMounted(loading.load)
  return loading
}
