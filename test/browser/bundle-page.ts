import { fileURLToPath } from 'node:url'
import { BUNDLERS, type Bundler } from '../bundles/bundle.ts'

/** The program `pages/<name>.ts`, bundled for a page. */
export async function bundlePage(name: string, bundle: Bundler = BUNDLERS.esbuild as Bundler): Promise<string> {
  const file = fileURLToPath(new URL(`pages/${name}.ts`, import.meta.url))
  return (await bundle(`import ${JSON.stringify(file)}`)).text
}
