import { afterAll, describe, it } from 'vitest'
import { pageAndNodeSuite, twoPagesSuite } from './meeting.ts'
import { Pages } from './pages.ts'

const pages = await Pages.of('peer')
afterAll(() => pages.close())

pageAndNodeSuite({ describe, it }, pages)
twoPagesSuite({ describe, it }, pages)
