// Runs the limit and ours of each line with a little to do, and tells its parent the figures of each.
import { rehearse } from '../processes/rehearse.ts'
import { runRounds } from '../rounds.ts'
import { temporaryFolder } from '../stores/temporary-folder.ts'
import { works } from '../works/works.ts'

const figures: Record<string, unknown> = {}
for (const [name, work] of Object.entries(works)) {
  const folder = temporaryFolder()
  const size = work.tiny
  try {
    await work.prepare?.(size, folder)
    figures[name] = await runRounds(name, work, { rounds: 1, size, folder, isolated: false, peers: [], run: rehearse })
  } catch (error) {
    figures[name] = { error: (error as Error).stack }
  }
}
process.send?.(figures, () => process.exit(0))
