import { CliError, codeOf } from './errors.ts'

/** What the system says of a file, in words that go behind the file's name. */
const FILE_TROUBLE: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EIO: 'the disk failed to read or write it',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only'
}

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT'])

/** An error of the file system while `doing` something with the file at `path`. */
export function fileError(doing: string, path: string, cause: unknown): CliError {
  const code = codeOf(cause)
  if (NO_SPACE.has(code)) {
    const message = `no space left to ${doing} ${path}: free some, then run the same command again`
    return new CliError('ERR_NO_SPACE', message, { cause })
  }
  const why = FILE_TROUBLE[code] ?? (cause as Error).message
  return new CliError('ERR_FILE', `cannot ${doing} ${path}: ${why}`, { cause })
}

/** What to tell of an error that ended a command. `store` is the directory of the store. */
export function explainError(error: unknown, store: string): CliError {
  if (error instanceof CliError) return error
  // Closing failed because of the error that was there before.
  const { suppressed } = error as { suppressed?: unknown }
  if (suppressed !== undefined) return explainError(suppressed, store)
  const code = codeOf(error)
  const { message } = error as Error
  const root = rootOf(error)
  if (code === 'ERR_LOCKED') {
    const text = `the store ${store} is in use by another anyfeed: stop that one, or use another with --store DIR`
    return new CliError(code, text, { cause: error })
  }
  if (code === 'ERR_STORAGE') return storeError(error, root, store)
  if (code === 'ERR_ADDRESS_IN_USE') {
    const text = `${message}: another program has this port, so choose another with --listen`
    return new CliError(code, text, { cause: error })
  }
  if (code.startsWith('ERR_ADDRESS_') || code.startsWith('ERR_CONNECTION_')) {
    return new CliError(code, message, { cause: error })
  }
  const hint = 'this should not happen: please report it with what ANYFEED_DEBUG=1 shows'
  return new CliError('ERR_UNEXPECTED', `${message} (${hint})`, { cause: error })
}

function storeError(error: unknown, root: Error, store: string): CliError {
  const options = { cause: error }
  if (NO_SPACE.has(codeOf(root)) || /no space left|quota exceeded/i.test(root.message)) {
    const text = `no space left for the store ${store}: free some, then run the same command again`
    return new CliError('ERR_NO_SPACE', text, options)
  }
  if (/permission denied/i.test(root.message)) {
    return new CliError('ERR_FILE', `cannot use the store ${store}: permission denied`, options)
  }
  const { message } = error as Error
  const text = root === error ? message : `${message}: ${root.message}`
  return new CliError('ERR_STORAGE', `the store ${store} failed: ${text}`, options)
}

function rootOf(error: unknown): Error {
  let root = error as Error
  while (root.cause instanceof Error) root = root.cause
  return root
}
