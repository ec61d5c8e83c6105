export { openWeb, type WebOptions, type WebServer } from './server/web.ts'
