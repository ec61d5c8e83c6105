import ts from 'typescript'
import { readSource } from './sources.ts'

/** What calls a test by its name. */
const CALLS = ['it', 'test', 'describe']

/** The names of the tests in a file, and of the groups of tests: those that are called, not what only reads like one. */
export function testNames(file: string): string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && CALLS.includes(rootOf(node.expression))) {
      const [name] = node.arguments
      if (name !== undefined && ts.isStringLiteralLike(name)) names.push(name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readSource(file), ts.ScriptTarget.Latest))
  return names
}

/** `it` of `it`, `it.each(…)` and `` it.each`…` ``. */
function rootOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) return rootOf(callee.expression)
  return ts.isTaggedTemplateExpression(callee) ? rootOf(callee.tag) : ''
}
