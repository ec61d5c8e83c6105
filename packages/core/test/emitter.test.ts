import { afterEach, describe, expect, it, vi } from 'vitest'
import { Emitter } from '../src/events/emitter.ts'

class Bell extends Emitter<{ ring: [times: number]; silence: [] }> {}

describe('the emitter', () => {
  const before = process.listeners('unhandledRejection')
  afterEach(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of before) process.on('unhandledRejection', listener)
  })

  it('calls listeners in the order in which they were added, and tells whether there were any', () => {
    const bell = new Bell()
    const heard: string[] = []
    expect(bell.emit('ring', 1)).toBe(false)
    bell.on('ring', (times) => heard.push(`a${times}`)).on('ring', (times) => heard.push(`b${times}`))
    expect(bell.emit('ring', 2)).toBe(true)
    expect(bell.emit('silence')).toBe(false)
    expect(heard).toEqual(['a2', 'b2'])
  })

  it('calls a listener once, also when it emits again', () => {
    const bell = new Bell()
    const heard: number[] = []
    bell.once('ring', (times) => {
      heard.push(times)
      bell.emit('ring', times + 1)
    })
    bell.emit('ring', 1)
    expect(heard).toEqual([1])
    expect(bell.listenerCount('ring')).toBe(0)
  })

  it('removes one listener, those of an event, or all', () => {
    const bell = new Bell()
    const [one, two] = [vi.fn(), vi.fn()]
    bell.on('ring', one).on('ring', two).once('silence', two).off('ring', one)
    expect(bell.listenerCount('ring')).toBe(1)
    expect(bell.removeAllListeners('ring').listenerCount('ring')).toBe(0)
    expect(bell.listenerCount('silence')).toBe(1)
    expect(bell.off('silence', two).listenerCount('silence')).toBe(0)
    bell.on('ring', one).removeAllListeners().emit('ring', 1)
    expect(one).not.toHaveBeenCalled()
  })

  it('heeds what listeners add and remove from the next event on', () => {
    const bell = new Bell()
    const late = vi.fn()
    const removed = vi.fn()
    bell.on('ring', () => {
      bell.off('ring', removed).on('ring', late)
    })
    bell.on('ring', removed)
    bell.emit('ring', 1)
    expect([removed.mock.calls.length, late.mock.calls.length]).toEqual([1, 0])
    bell.emit('ring', 2)
    expect([removed.mock.calls.length, late.mock.calls.length]).toEqual([1, 1])
  })

  it('lets what a listener throws come up by itself, and calls the others', async () => {
    const bell = new Bell()
    const heard = vi.fn()
    process.removeAllListeners('unhandledRejection')
    const thrown = new Promise((resolve) => process.once('unhandledRejection', resolve))
    bell.on('ring', () => {
      throw new Error('too loud')
    })
    bell.on('ring', heard)
    expect(bell.emit('ring', 1)).toBe(true)
    expect(heard).toHaveBeenCalledWith(1)
    expect(await thrown).toEqual(new Error('too loud'))
  })

  it('takes functions only', () => {
    expect(() => new Bell().on('ring', undefined as unknown as () => void)).toThrow(TypeError)
  })
})
