import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'

/** Where programs that are bundled seem to be: a folder that has all packages installed. */
const FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** A program for a page, bundled whole. */
export interface Bundle {
  readonly text: string
  /** What it still imports, or was replaced by an empty module: nothing, when it is as it should be. */
  readonly missing: readonly string[]
}

/** Bundles the program `code`, an ES module, for a page. Rejects with an error whose message says why not. */
export type Bundler = (code: string) => Promise<Bundle>

/** As they come: no plugins, no polyfills, nothing left out. */
export const BUNDLERS: Readonly<Record<string, Bundler>> = {
  async esbuild(code) {
    const { outputFiles, metafile } = await esbuild({
      stdin: { contents: code, resolveDir: FOLDER },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      minify: true,
      write: false,
      metafile: true,
      logLevel: 'silent',
      // This tree's own tsconfig has paths into the sources, which nobody has who installs the packages.
      tsconfigRaw: '{}'
    })
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
    const disabled = Object.keys(metafile.inputs).filter((path) => path.startsWith('(disabled):'))
    return { text: outputFiles[0]?.text ?? '', missing: [...imports, ...disabled] }
  },

  async vite(code) {
    const entry = `${FOLDER}page.js`
    const result = await vite({
      root: FOLDER,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, rollupOptions: { input: entry }, modulePreload: false },
      plugins: [
        { name: 'entry', resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? code : null) }
      ]
    })
    const outputs = Array.isArray(result) ? result : [result]
    const chunks = outputs.flatMap((each) => ('output' in each ? each.output : []))
    if (chunks.length !== 1) throw new Error(`vite made ${chunks.map(({ fileName }) => fileName).join(', ')}`)
    const chunk = chunks[0] as { code: string; imports: string[]; moduleIds: string[] }
    const replaced = chunk.moduleIds.filter((id) => id.includes('__vite-browser-external'))
    return { text: chunk.code, missing: [...chunk.imports, ...replaced] }
  }
}
