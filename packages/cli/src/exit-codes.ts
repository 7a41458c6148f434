/** How the program ends; a second Ctrl-C ends it with 130, as shells say it of SIGINT. */
export const exitCodes = { good: 0, failed: 1, wrongUsage: 2 } as const
