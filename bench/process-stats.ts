// What Linux knows of a process. Elsewhere the figures are missing, and the table says so.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

let ticksPerSecond: number | undefined

/** CPU time that all threads of a process have used so far, in seconds; NaN where /proc is not there. */
export function cpuSeconds(pid: number): number {
  try {
    ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
    // The name in parentheses may hold spaces; user and system time are the 14th and 15th field of the line.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return Number.NaN
  }
}

/** Resident memory in MB. */
export function residentMb(pid: number): number {
  try {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(match?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}

export interface Usage {
  readonly cpuSeconds: number
  readonly peakResidentMb: number
}

/** Watches a process while some work is done. */
export async function whileWatching<T>(pid: number, work: () => Promise<T>): Promise<{ result: T; usage: Usage }> {
  let peakResidentMb = residentMb(pid)
  const timer = setInterval(() => {
    peakResidentMb = Math.max(peakResidentMb, residentMb(pid))
  }, 100)
  const before = cpuSeconds(pid)
  try {
    const result = await work()
    return { result, usage: { cpuSeconds: cpuSeconds(pid) - before, peakResidentMb } }
  } finally {
    clearInterval(timer)
  }
}
