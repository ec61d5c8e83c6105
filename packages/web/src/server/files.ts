import { readFile } from 'node:fs/promises'

/** Which files make the page, and of which type each is. */
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html'],
  '/style.css': ['style.css', 'text/css'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
  '/app.js': ['app.js', 'text/javascript'],
  '/store.js': ['store.js', 'text/javascript'],
  '/save.js': ['save.js', 'text/javascript']
}

export interface PageFile {
  readonly type: string
  readonly body: Buffer
}

/** Reads all files of the page, by the path under which each is served. */
export async function readPage(): Promise<ReadonlyMap<string, PageFile>> {
  // The same from the sources and from what was built of them, in which the page is bundled.
  const folder = import.meta.url.endsWith('/src/server/files.ts') ? '../../dist/page/' : './page/'
  const read = Object.entries(FILES).map(async ([path, [file, type]]): Promise<[string, PageFile]> => {
    const body = await readFile(new URL(folder + file, import.meta.url))
    return [path, { type: `${type}; charset=utf-8`, body }]
  })
  return new Map(await Promise.all(read))
}
