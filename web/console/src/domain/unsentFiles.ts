/**
 * Files that have not arrived, and signatures that were drawn and not taken over: whoever hands in what they belong to
 * waits for them, or is told to leave them out.
 */
import { computed, inject, onBeforeUnmount, provide, reactive, watch, type ComputedRef, type InjectionKey } from 'vue'

export interface Unsent {
  uploading: number
  failed: number
  /** Signatures on the glass that nobody has confirmed. */
  drawn?: number
}

const PLACE: InjectionKey<Map<string, Unsent>> = Symbol('unsent files')

/** Said as well to whoever closes what holds such a signature. */
export const DRAWN = '有签名写好了还没用上：请先确认，或者点“重签”擦掉'

/** Why nothing can be handed in yet, or null. */
export function tellUnsent(all: Iterable<Unsent>): string | null {
  let [uploading, failed, drawn] = [0, 0, 0]
  for (const one of all) {
    uploading += one.uploading
    failed += one.failed
    drawn += one.drawn ?? 0
  }
  if (failed) return `有 ${failed} 份没传上：再传一次，或点“不传了”`
  if (drawn) return DRAWN
  return uploading ? '文件正在上传，传完就能提交' : null
}

/** For what hands in: the sentence that keeps it shut, over all files asked for anywhere inside it. */
export function watchUnsent(): ComputedRef<string | null> {
  const known = reactive(new Map<string, Unsent>())
  provide(PLACE, known)
  return computed(() => tellUnsent(known.values()))
}

/** For what uploads: tell those around it what is still here. */
export function reportUnsent(id: () => string, count: () => Unsent): void {
  const known = inject(PLACE, null)
  if (!known) return
  watch(count, (now) => known.set(id(), now), { immediate: true, deep: true })
  onBeforeUnmount(() => known.delete(id()))
}
