import { createPinia } from 'pinia'
import { createSSRApp } from 'vue'
import App from './App.vue'
// Listens to the browser's way back before the router does.
import './platform/layers'

/** What uni-app calls on both platforms; the name is the framework's. */
export function createApp() {
  const app = createSSRApp(App)
  app.use(createPinia())
  return { app }
}
