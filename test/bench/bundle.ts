import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** The bytes of a module and all it needs, bundled for browsers, minified and gzipped; `from` is where it is looked for. */
export async function bundledBytes(source: string, from: URL): Promise<number> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(from) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // The paths in this repository's own tsconfig.json are for Node.
    tsconfigRaw: {},
    logLevel: 'error'
  })
  return gzipSync(outputFiles[0]?.contents as Uint8Array, { level: 9 }).length
}
