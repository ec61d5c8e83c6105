// A process of relays: `node relay.child.ts LINK PORT...` tells its parent the ports under which it can be reached.
import type { Link } from '../work.ts'
import { relay } from './relay.ts'

const [link, ...ports] = process.argv.slice(2)
process.once('disconnect', () => process.exit(0))
process.send?.(await Promise.all(ports.map((port) => relay(Number(port), JSON.parse(link as string) as Link))))
