import type { FeedState } from '../messages.ts'
import { element, setText } from './element.ts'
import { linkTo } from './link.ts'
import { drawMap } from './map-view.ts'
import { qrCode } from './qr-code.ts'
import { inBytes } from './words.ts'

/** What can be done with a feed. Each rejects with an error whose message is for whoever uses the page. */
export interface FeedActions {
  save(feed: FeedState): Promise<void>
  pause(feed: FeedState): Promise<void>
  remove(feed: FeedState): Promise<void>
  /** Has the server keep a copy; `undefined` where the page has no token. */
  readonly copy: ((feed: FeedState) => Promise<void>) | undefined
  /** Says something to who cannot see it. */
  say(text: string): void
}

/** A feed on the page. */
export class FeedView {
  readonly root: HTMLLIElement
  #state: FeedState
  readonly #title = element('h3')
  readonly #facts = element('p', { className: 'facts' })
  readonly #progress = element('progress', { max: 1 })
  readonly #map = element('canvas')
  readonly #error = element('p', { className: 'error' })
  readonly #save: HTMLButtonElement
  readonly #pause: HTMLButtonElement
  readonly #actions: FeedActions

  constructor(state: FeedState, actions: FeedActions) {
    this.#state = state
    this.#actions = actions
    this.#save = this.#button('Save', (feed) => actions.save(feed))
    this.#save.classList.add('first')
    this.#pause = this.#button('Pause', (feed) => actions.pause(feed))
    const { copy } = actions
    const buttons = [
      this.#save,
      this.#pause,
      this.#button('Copy link', async (feed) => {
        await navigator.clipboard.writeText(linkTo(feed))
        actions.say('The link was copied.')
      }),
      ...(copy === undefined ? [] : [this.#button('Keep a copy on the server', copy)]),
      this.#button('Remove', (feed) => actions.remove(feed))
    ]
    const link = linkTo(state)
    const more = element('details', {}, element('summary', {}, 'Id, link and QR code'))
    // Made when it is looked at: a page may have many feeds.
    more.addEventListener(
      'toggle',
      () => {
        const id = element('p', {}, 'Id: ', element('code', { className: 'id' }, state.id))
        const anchor = element('p', {}, 'Link: ', element('a', { href: link }, link))
        more.append(id, anchor, qrCode(link, `The link to ${state.name} as a QR code`))
      },
      { once: true }
    )
    const top = element('div', { className: 'top' }, this.#title, element('code', {}, `${state.id.slice(0, 16)}…`))
    this.#map.setAttribute('role', 'img')
    this.root = element(
      'li',
      { className: 'card feed' },
      top,
      this.#facts,
      this.#progress,
      this.#map,
      this.#error,
      element('div', { className: 'actions' }, ...buttons),
      more
    )
    this.root.dataset.id = state.id
    this.update(state)
  }

  update(state: FeedState): void {
    const before = this.#state
    this.#state = state
    const { name, bytes, blocks, held, complete, paused, cells, error } = state
    setText(this.#title, name)
    const known = blocks > 0
    const doing = complete ? 'complete' : paused ? 'paused' : known ? 'fetching' : 'looking for peers'
    const size = bytes > 0 ? `${inBytes(bytes)}, ` : ''
    setText(this.#facts, `${size}${held} of ${known ? blocks : 'an unknown number of'} blocks, ${doing}`)
    this.#progress.value = known ? held / blocks : 0
    this.#progress.setAttribute('aria-label', `How much of ${name} is here`)
    this.#map.hidden = !known
    this.#map.setAttribute('aria-label', `Map of the blocks of ${name}: ${held} of ${blocks} are here`)
    if (known) drawMap(this.#map, cells)
    setText(this.#error, error ?? '')
    this.#error.hidden = error === undefined
    this.#save.disabled = !complete
    setText(this.#pause, paused ? 'Resume' : 'Pause')
    for (const button of this.root.querySelectorAll('button')) {
      button.setAttribute('aria-label', `${button.textContent}: ${name}`)
    }
    if (complete && !before.complete) this.#actions.say(`${name} is complete.`)
    this.root.dataset.state = doing
  }

  /** Draws the map anew: the colours have changed. */
  redraw(): void {
    drawMap(this.#map, this.#state.cells)
  }

  #button(text: string, action: (feed: FeedState) => Promise<void>): HTMLButtonElement {
    const button = element('button', { type: 'button' }, text)
    button.addEventListener('click', async () => {
      this.#error.hidden = true
      try {
        await action(this.#state)
      } catch (error) {
        setText(this.#error, (error as Error).message)
        this.#error.hidden = false
        this.#actions.say((error as Error).message)
      }
    })
    return button
  }
}
