import { createHash } from 'node:crypto'
import { realpath, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DirectoryLock, DirectoryLockedError } from '../files.ts'

/**
 * A lock that dies with its process, without a native flock: a local socket whose name is derived from
 * the directory. On Linux it lives in the abstract namespace and on Windows it is a named pipe: the system
 * takes both away with the process, and binding is atomic. Elsewhere it is a socket file in the temporary
 * directory; one that nobody answers on is stale and is replaced.
 *
 * It does not see a process in another container that mounts the same directory.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const name = await lockName(directory)
  let server = await tryListen(name)
  if (server === undefined && process.platform !== 'linux' && process.platform !== 'win32' && !(await answers(name))) {
    await rm(name, { force: true })
    server = await tryListen(name)
  }
  if (server === undefined) throw new DirectoryLockedError(directory)
  const held = server
  held.unref()
  return { release: () => new Promise((done) => held.close(() => done())) }
}

async function lockName(directory: string): Promise<string> {
  const path = await realpath(directory)
  const { dev, ino } = await stat(path, { bigint: true })
  const identity = process.platform === 'win32' ? path.toLowerCase() : `${dev}-${ino}`
  const name = `ottla-${createHash('sha256').update(identity).digest('hex').slice(0, 24)}`
  if (process.platform === 'linux') return `\0${name}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

function tryListen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    )
    server.listen(name, () => resolve(server))
  })
}

function answers(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
