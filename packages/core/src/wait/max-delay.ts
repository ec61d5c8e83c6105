/** The longest delay that every platform's timers take, in milliseconds: a longer one fires at once. */
export const MAX_DELAY = 2 ** 31 - 1
