import { turn } from '../wait/turn.ts'

/** Commits 60 rounds, one after the other, and reads all the while. */
export async function whileCommitting(
  commit: (round: number) => Promise<void>,
  read: () => Promise<void>
): Promise<void> {
  let done = false
  const commits = (async () => {
    try {
      for (let round = 1; round <= 60; round++) {
        await commit(round)
        // A store that commits at once would be done before anything was read.
        if (round % 3 === 0) await turn()
      }
    } finally {
      done = true
    }
  })()
  commits.catch(() => {})
  while (!done) {
    await read()
    // Lets a store that answers at once have its commits as well.
    await turn()
  }
  await commits
}
