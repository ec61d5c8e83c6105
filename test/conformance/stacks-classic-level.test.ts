import { stacksOn } from './matrix/stacks-on.ts'

stacksOn('classic-level')
