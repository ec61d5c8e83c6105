type Child = Node | string

/** A new element with properties and children. Text is text: nothing is ever parsed. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  Object.assign(made, properties)
  made.append(...children)
  return made
}

/** The element of the page with this id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E
}

/** Sets a text, unless it is the same: a screen reader would read it again, and a selection would be lost. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
