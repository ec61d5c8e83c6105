// A tab: shows what the store has, and asks it for more.
import { messagePortTransport } from '@anyfeed/transport-messageport'
import { serverCopies } from './app/copies.ts'
import { byId, element, setText } from './app/element.ts'
import { type FeedActions, FeedView } from './app/feed-view.ts'
import { lend } from './app/lending.ts'
import { targetOf } from './app/link.ts'
import { openStore } from './app/open-store.ts'
import { showElsewhere, showPeers } from './app/peers-view.ts'
import { Saving } from './app/saving.ts'
import { StoreLink } from './app/store-link.ts'
import { inBytes } from './app/words.ts'
import type { AddingState, State } from './messages.ts'

const copies = serverCopies()
const port = openStore()
// Introduces the service worker, which saves files, to the store.
const ports = messagePortTransport({ introduce: true })
const store = new StoreLink(port, show, wait)
ports.attach(port)
const saving = new Saving(ports)
const views = new Map<string, FeedView>()

const say = (text: string) => setText(byId('said'), text)

const actions: FeedActions = {
  async save({ id, name, bytes }) {
    const { address } = await store.call('save', { id })
    await saving.save({ address, name, bytes })
    say(`${name} was saved.`)
  },
  async pause({ id, paused }) {
    await store.call(paused ? 'resume' : 'pause', { id })
  },
  async remove({ id, name }) {
    if (!confirm(`Remove ${name} from this browser?`)) return
    await store.call('remove', { id })
    byId('feeds-title').focus()
    say(`${name} was removed.`)
  },
  copy:
    copies &&
    (async ({ id, name }) => {
      await copies(id)
      say(`The server keeps a copy of ${name}.`)
    }),
  say
}

const main = document.querySelector('main') as HTMLElement

/** Another tab has the store. */
function wait(): void {
  main.inert = true
  showElsewhere()
}

/** Resolves when the store has answered for the first time. */
let resolveShown = () => {}
const shown = new Promise<void>((resolve) => {
  resolveShown = resolve
})

function show(state: State): void {
  resolveShown()
  main.inert = false
  showPeers(state)
  showAdding(state.adding)
  const list = byId('feeds')
  for (const [id, view] of views) {
    if (state.feeds.some((feed) => feed.id === id)) continue
    view.root.remove()
    views.delete(id)
  }
  for (const feed of state.feeds) {
    const view = views.get(feed.id)
    if (view !== undefined) view.update(feed)
    else {
      const made = new FeedView(feed, actions)
      views.set(feed.id, made)
      list.prepend(made.root)
    }
  }
  byId('none').hidden = state.feeds.length + state.adding.length > 0
}

function showAdding(adding: readonly AddingState[]): void {
  const list = byId<HTMLUListElement>('adding')
  while (list.children.length > adding.length) list.lastElementChild?.remove()
  for (const [index, { name, bytes, total }] of adding.entries()) {
    let item = list.children[index]
    if (item === undefined) {
      item = element(
        'li',
        { className: 'card feed' },
        element('h3'),
        element('p', { className: 'facts' }),
        element('progress')
      )
      list.append(item)
    }
    const [title, facts, progress] = item.children as unknown as [Node, Node, HTMLProgressElement]
    setText(title, name)
    setText(facts, `adding: ${inBytes(bytes)} of ${inBytes(total)}`)
    progress.max = total
    progress.value = bytes
    progress.setAttribute('aria-label', `How much of ${name} was added`)
  }
}

async function share(files: Iterable<File>): Promise<void> {
  for (const file of files) {
    try {
      say(`Adding ${file.name}.`)
      const { id } = await store.call('share', { file })
      say(`${file.name} is shared. Its id begins with ${id.slice(0, 8)}.`)
    } catch (error) {
      setText(byId('share-help'), `${file.name} was not shared. ${(error as Error).message}`)
      say(`${file.name} was not shared. ${(error as Error).message}`)
    }
  }
}

async function fetchFeed(text: string): Promise<void> {
  const input = byId<HTMLInputElement>('id')
  const error = byId('id-error')
  const fail = (message: string) => {
    setText(error, message)
    error.hidden = false
    input.setAttribute('aria-invalid', 'true')
    input.focus()
  }
  error.hidden = true
  input.removeAttribute('aria-invalid')
  const target = targetOf(text)
  if (target === undefined) return fail('An id has 64 hexadecimal digits.')
  try {
    await store.call('fetch', target)
    input.value = ''
    say(`Fetching ${target.name}.`)
  } catch (reason) {
    fail((reason as Error).message)
  }
}

const drop = byId('drop')
const file = byId<HTMLInputElement>('file')
file.addEventListener('change', () => {
  const files = [...(file.files ?? [])]
  file.value = ''
  void share(files)
})
// Anywhere on the page: whoever misses the field would otherwise leave it.
addEventListener('dragover', (event) => {
  event.preventDefault()
  drop.classList.add('over')
})
addEventListener('dragleave', (event) => event.relatedTarget === null && drop.classList.remove('over'))
addEventListener('drop', (event) => {
  event.preventDefault()
  drop.classList.remove('over')
  void share(event.dataTransfer?.files ?? [])
})
byId('fetch').addEventListener('submit', (event) => {
  event.preventDefault()
  void fetchFeed(byId<HTMLInputElement>('id').value)
})
const follow = () => {
  if (targetOf(location.hash) === undefined) return
  void fetchFeed(location.hash)
  history.replaceState(null, '', '/')
}
addEventListener('hashchange', follow)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const view of views.values()) view.redraw()
})

port.start()
follow()
// Without it a browser that is short of room may throw everything away.
void navigator.storage.persist?.()
// Not before: what has no store has no use for a loan.
void shown.then(() => lend(port, ports))
