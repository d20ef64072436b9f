import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/es/components/base/style/css'
import 'element-plus/es/components/message/style/css'
import './styles/tokens.css'
import './styles/base.css'
import App from './App.vue'
import { listenToSession } from './api/client'
import { router } from './router'
import { useSession } from './stores/session'

const app = createApp(App)
app.use(createPinia())

const session = useSession()
listenToSession({
  signInNeeded: () => {
    const here = router.currentRoute.value
    if (here.name === 'sign-in') return
    session.hold(null)
    void router.replace({ name: 'sign-in', query: { back: here.fullPath, ended: '1' } })
  },
  passwordChangeNeeded: () => {
    const here = router.currentRoute.value
    session.mustChange = true
    if (here.name !== 'password') void router.replace({ name: 'password', query: { back: here.fullPath } })
  },
})

app.use(router)
app.mount('#app')
