import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig, type Plugin } from 'vite'

// The plugin is CommonJS: under ESM its function sits one level deeper.
const uni = ((uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin) as typeof uniPlugin

/** Addresses that name a namespace and are never fetched. */
const NAMESPACES = /^https?:\/\/www\.w3\.org\//

/** The framework fetches a shadow's picture for itself, from a host that it spells by character codes. */
const PRELOAD = /wx\.preloadAssets\(\{\s*data:\s*\[\{[^}]*\}\]\s*\}\)/g

/** Where the mini-program finds the service; the H5 twin is served from the same origin and leaves it empty. */
const apiOrigin = process.env.UNI_PLATFORM === 'h5' ? '' : process.env.HALL_API_ORIGIN || 'http://127.0.0.1:8000'
const apiHost = apiOrigin ? new URL(apiOrigin).host : ' '

/**
 * Take the addresses of other hosts out of what the framework brings along (font and picture networks, statistics,
 * map vendors): nothing of it is used here, and the hall must load nothing from outside.
 */
function stripOutsideAddresses(): Plugin {
  const strip = (text: string): string =>
    text
      .replace(PRELOAD, 'void 0')
      .replace(/(https?:)?\/\/(?:[\w-]+\.)+(?:com|cn|net|org|io)\b(?:[/?][\w\-./%=&?~+#]*)?/g, (address) =>
        NAMESPACES.test(address) || address.includes(`//${apiHost}`) ? address : '',
      )
  return {
    name: 'strip-outside-addresses',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const one of Object.values(bundle)) {
        if (one.type === 'chunk') one.code = strip(one.code)
        else if (typeof one.source === 'string') one.source = strip(one.source)
      }
    },
  }
}

export default defineConfig({
  base: process.env.UNI_PLATFORM === 'h5' ? '/h5/' : undefined,
  plugins: [uni(), stripOutsideAddresses()],
  define: {
    __API_ORIGIN__: JSON.stringify(apiOrigin),
  },
  css: { preprocessorOptions: { scss: { quietDeps: true } } },
  build: { target: 'es2018', sourcemap: false, chunkSizeWarningLimit: 600 },
})
