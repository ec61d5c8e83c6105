import { describe, expect, it } from 'vitest'
import { Lifetimes } from '../src/index.ts'

describe('a lifetime', () => {
  it.each([
    ['its signal', (_: Lifetimes, controller: AbortController) => controller.abort()],
    ['the end of all', (all: Lifetimes) => all.close()]
  ])('is ended once, by %s, within the call', (_, end) => {
    const all = new Lifetimes()
    const controller = new AbortController()
    let ended = 0
    const again = all.begin(controller.signal, () => ended++)
    expect(ended).toBe(0)
    end(all, controller)
    expect(ended).toBe(1)
    again()
    controller.abort()
    all.close()
    expect(ended).toBe(1)
  })

  it('is over at once when its signal has fired, or all is closed', () => {
    const all = new Lifetimes()
    let ended = 0
    all.begin(AbortSignal.abort(), () => ended++)
    all.close()
    all.begin(new AbortController().signal, () => ended++)
    expect([ended, all.closed]).toEqual([2, true])
  })

  it('may end another in its own end', () => {
    const all = new Lifetimes()
    const order: string[] = []
    const { signal } = new AbortController()
    let endSecond = () => {}
    all.begin(signal, () => {
      order.push('first')
      endSecond()
    })
    endSecond = all.begin(signal, () => order.push('second'))
    all.close()
    expect(order).toEqual(['first', 'second'])
  })
})
