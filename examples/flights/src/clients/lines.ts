// kcat and Kafka's console tools speak in lines.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { FlightRecord } from '../records.ts'
import type { Member } from './client.ts'

const separator = '\t'

export const asLine = ({ key, value }: FlightRecord): string => (key === null ? value : `${key}${separator}${value}`)

/** Gives a program its input in small portions, so that it is busy for a while; resolves when it has ended well. */
export async function feed(command: string, args: readonly string[], lines: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] })
  const ended = endOf(child)
  child.stdin.on('error', () => undefined)
  for (let start = 0; start < lines.length; start += 2_000) {
    const portion = `${lines.slice(start, start + 2_000).join('\n')}\n`
    if (!child.stdin.write(portion)) await Promise.race([once(child.stdin, 'drain'), ended])
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.stdin.end()
  const { code, words } = await ended
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${words}`)
}

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A program that prints what it consumes, until it is told to end. */
export function follow(command: string, args: readonly string[], take: (line: string) => void): Member {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  child.on('exit', () => children.delete(child))
  const ended = endOf(child)
  const all = once(createInterface({ input: child.stdout }).on('line', take), 'close')
  return {
    leave: async () => {
      child.kill('SIGTERM')
      await ended
      await all
    },
  }
}

function endOf(child: ChildProcess): Promise<{ code: number | null; words: string }> {
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2_000)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve({ code, words }))
  })
}
