import type { WriteStream } from 'node:tty'

const REDRAW_MS = 100
const TO_START_AND_CLEAR = '\r\x1b[K'

/** The last line of a terminal, which is drawn again and again. Other text goes above it. */
export class LiveLine {
  readonly #terminal: WriteStream
  #draw: ((columns: number) => string) | undefined
  #timer: NodeJS.Timeout | undefined
  #shown = ''

  constructor(terminal: WriteStream) {
    this.#terminal = terminal
  }

  /** From now on the line is what `draw` gives for a number of columns, asked ten times a second. */
  show(draw: (columns: number) => string): void {
    const first = this.#draw === undefined
    this.#draw = draw
    // It must not keep the process alive.
    this.#timer ??= setInterval(() => this.#redraw(), REDRAW_MS).unref()
    if (first) this.#redraw()
  }

  /** Writes a line above. */
  print(text: string): void {
    this.#clear()
    this.#terminal.write(`${text}\n`)
    this.#redraw()
  }

  /** Takes the line away. */
  hide(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#draw = undefined
    this.#clear()
  }

  #clear(): void {
    if (this.#shown !== '') this.#terminal.write(TO_START_AND_CLEAR)
    this.#shown = ''
  }

  #redraw(): void {
    if (this.#draw === undefined) return
    const text = this.#draw(this.#terminal.columns || 80)
    if (text === this.#shown) return
    this.#terminal.write(`${TO_START_AND_CLEAR}${text}`)
    this.#shown = text
  }
}
