import type { Runtime } from '@ottla/runtime'

/** A terminal and a shell above may both pass on one Ctrl-C: what comes so soon is the same wish. */
const sameSignalMs = 500
/** What shells make of a program that SIGINT has ended. */
const interruptedExitCode = 130

/** Aborts at the first SIGINT or SIGTERM, for the command to come to its end in good order; a second one ends it at once. */
export function interruption({ monotonic }: Runtime): AbortSignal {
  const controller = new AbortController()
  let since: number | undefined
  const interrupt = () => {
    if (since === undefined) {
      since = monotonic()
      controller.abort()
    } else if (monotonic() - since > sameSignalMs) process.exit(interruptedExitCode)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return controller.signal
}
