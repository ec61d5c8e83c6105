/** What is asked for first, from the left to the right. */
export const PRIORITIES = ['critical', 'high', 'normal'] as const

/** How urgent a range of blocks is. */
export type Priority = (typeof PRIORITIES)[number]
