/** An error as a sentence for whoever uses the page. */
export function explain(error: unknown): string {
  for (let each = error as Error | undefined; each instanceof Error; each = each.cause as Error | undefined) {
    if (each.name === 'QuotaExceededError')
      return 'This browser has no more room for the page. Remove a feed to make some.'
  }
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ERR_STORAGE') return 'The browser could not store or read it.'
  return message ?? String(error)
}
