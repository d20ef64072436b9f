import { computed, onBeforeUnmount, onMounted, onUpdated, ref, type Ref } from 'vue'

const GAP = 12
const barHeight = ref(0)

/**
 * Where short messages stand: at the lower left, which is neither the menu nor a heading nor where the main action of
 * a page is; on a phone above the bar of buttons at the lower edge, however many there are.
 */
export const toasts = computed(() => {
  const offset = window.innerWidth < 700 ? Math.max(132, barHeight.value + GAP) : 24
  return { placement: 'bottom-left' as const, offset }
})

/** Keep messages above ``bar``, a page's buttons at the lower edge, while the page is there. */
export function useBar(bar: Ref<HTMLElement | undefined>): void {
  const measure = (): void => {
    barHeight.value = bar.value?.offsetHeight ?? 0
  }
  onMounted(measure)
  onUpdated(measure)
  onBeforeUnmount(() => (barHeight.value = 0))
}
