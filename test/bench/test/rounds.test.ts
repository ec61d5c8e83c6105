import { describe, expect, it } from 'vitest'
import type { Task } from '../processes/task.ts'
import { runRounds } from '../rounds.ts'
import type { Peer, Program, Size, Work } from '../work.ts'

const program: Program = { run: async () => 1 }
const peer: Peer = { ...program, differs: '' }
const size = { count: 10, length: 1 }
const work: Work = {
  title: 'work',
  unit: 'blocks/s',
  better: 'higher',
  size,
  tiny: { count: 1, length: 1 },
  value: (seconds: number, { count }: Size) => count / seconds,
  goal: 1,
  limit: { ...program, does: '' },
  ours: program,
  peers: { quick: peer, slow: { ...peer, size: { count: 2, length: 1 } }, broken: peer }
}

function play(answers: Record<string, number[]>, chosen: Size = size) {
  const tasks: Task[] = []
  const run = async (task: Task) => {
    tasks.push(task)
    const seconds = answers[task.who]?.shift()
    if (seconds === undefined) throw new Error(`${task.who} broke`)
    return seconds
  }
  const options = { rounds: 2, size: chosen, folder: '', isolated: false, peers: Object.keys(work.peers), run }
  return { tasks, figures: runRounds('work', work, options) }
}

describe('rounds', () => {
  it('let all take turns, and leave out who fails', async () => {
    const { tasks, figures } = play({ limit: [1, 2], ours: [2, 4], quick: [5, 10], slow: [1, 2], broken: [1] })
    expect(await figures).toEqual({
      limit: [10, 5],
      ours: [5, 2.5],
      peers: { quick: [2, 1], slow: [2, 1] },
      leftOut: { broken: 'broken broke' }
    })
    const turn = ['limit', 'ours', 'quick', 'slow', 'broken']
    expect(tasks.map(({ who }) => who)).toEqual([...turn, ...turn])
  })

  it('do not ask again who failed at once', async () => {
    const { tasks, figures } = play({ limit: [1, 1], ours: [1, 1], quick: [1, 1], slow: [1, 1] })
    expect((await figures).leftOut).toEqual({ broken: 'broken broke' })
    expect(tasks.filter(({ who }) => who === 'broken')).toHaveLength(1)
  })

  it('give less to who is slow, but not less than a trial has', async () => {
    const answers = { limit: [1, 1], ours: [1, 1], slow: [1, 1] }
    const sizes = (tasks: Task[]) => tasks.filter(({ who }) => who === 'slow').map(({ size }) => size.count)
    const full = play(structuredClone(answers))
    await full.figures
    expect(sizes(full.tasks)).toEqual([2, 2])
    const trial = play(structuredClone(answers), work.tiny)
    await trial.figures
    expect(sizes(trial.tasks)).toEqual([1, 1])
  })

  it('reject when the limit or ours fails', async () => {
    await expect(play({ limit: [1], ours: [] }).figures).rejects.toThrow('ours broke')
    await expect(play({ limit: [], ours: [1] }).figures).rejects.toThrow('limit broke')
  })
})
