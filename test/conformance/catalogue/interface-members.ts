import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { readSource } from './sources.ts'

const FOLDER = 'packages/interfaces/src'

/** A member of a public interface, as a quote names it: `Storage.open`. */
export type MemberName = `${string}.${string}`

/** Each member of each interface that `@anyfeed/interfaces` exports, as its sources declare it. */
export function interfaceMembers(): MemberName[] {
  const files = readdirSync(fileURLToPath(new URL(`../../../${FOLDER}`, import.meta.url))).sort()
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readSource(`${FOLDER}/${file}`), ts.ScriptTarget.Latest)
    return source.statements
      .filter(ts.isInterfaceDeclaration)
      .flatMap(({ name, members, modifiers }) =>
        modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
          ? members.map((member): MemberName => `${name.text}.${(member.name as ts.Identifier).text}`)
          : []
      )
  })
}
