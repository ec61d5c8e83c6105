// Runs one half of one line in this process: `node side.ts WORK ours|limit serve|run [ADDRESS]`.
import { works } from './works.ts'

const [name, side, role, address = ''] = process.argv.slice(2)
const half = works[name as string]?.[side as 'ours' | 'limit']
if (half === undefined) throw new TypeError(`no such work: ${name} ${side}`)

if (role === 'serve') {
  process.once('disconnect', () => process.exit(0))
  process.send?.(await half.serve?.())
} else {
  const seconds = await half.run(address)
  process.send?.(seconds, () => process.exit(0))
}
