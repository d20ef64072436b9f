/** Ask before something that was typed is lost: when the page is left, closed or read anew. */
import { onBeforeUnmount, onMounted, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

export function guardUnsaved(isChanged: Readonly<Ref<boolean>>): void {
  // A browser's own question; it is asked only where something would be lost.
  const keep = (event: BeforeUnloadEvent) => {
    if (isChanged.value) event.preventDefault()
  }
  onMounted(() => window.addEventListener('beforeunload', keep))
  onBeforeUnmount(() => window.removeEventListener('beforeunload', keep))
  onBeforeRouteLeave(() => !isChanged.value || window.confirm('改动还没有保存，要离开吗？'))
}
