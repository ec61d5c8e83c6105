import { stacksOn } from './matrix/stacks-on.ts'

stacksOn('memory-level')
