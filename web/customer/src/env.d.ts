declare const __API_ORIGIN__: string

/** Vite turns a call of it into one `import()` per file that fits; its own types would bring the browser's in. */
interface ImportMeta {
  readonly glob: (pattern: string) => Record<string, () => Promise<unknown>>
}

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

/** WeChat's own calls, where uni-app has no name for them. */
declare const wx: {
  chooseMessageFile(options: {
    count: number
    type: string
    extension: string[]
    success: (found: { tempFiles: { name: string; path: string; size: number }[] }) => void
    fail: () => void
  }): void
  canvasToTempFilePath(options: {
    canvas: unknown
    fileType: string
    success: (made: { tempFilePath: string }) => void
    fail: () => void
  }): void
  canIUse(call: string): boolean
  requestFacialVerify(options: { verifyId: string; complete: () => void }): void
  requestSubscribeMessage(options: {
    tmplIds: string[]
    success: (answers: Record<string, string>) => void
    fail: () => void
  }): void
}
