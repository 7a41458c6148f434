import { addressText, DirectoryLockedError } from '@ottla/runtime'

interface SystemError extends Error {
  readonly code?: string
  readonly path?: string
  readonly syscall?: string
  readonly address?: string
  readonly port?: number
}

/** What went wrong at the start, in one sentence for the person who started it. */
export function failureSentence(error: unknown, directory: string): string {
  const failure = error as SystemError
  if (failure instanceof DirectoryLockedError) {
    return `${failure.message}; stop that one, or give this one another directory with --data`
  }
  if (failure.syscall === 'listen' || failure.syscall === 'bind') return listenSentence(failure)
  if (failure.syscall === 'getaddrinfo') return `the host name of --listen is not known: ${failure.message}`
  const disk = diskReasons[failure.code ?? '']
  if (disk !== undefined) return `${disk}: ${failure.path ?? directory}`
  return firstLine(failure instanceof Error ? failure.message : String(failure))
}

function listenSentence({ code, address, port, message }: SystemError): string {
  const where = address === undefined ? 'the address' : addressText({ host: address, port: port ?? 0 })
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program; stop it, or choose another address with --listen`
    case 'EADDRNOTAVAIL':
      return `${where} is not an address of this machine; choose another with --listen`
    case 'EACCES':
      return `${where} is reserved by the system; choose a port above 1023 with --listen`
    default:
      return `can not listen on ${where}: ${message}`
  }
}

const diskReasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk of the data directory; free some and start again',
  EDQUOT: 'the disk quota of the data directory is used up; free some space and start again',
  EROFS: 'the data directory is on a read-only file system; give another with --data',
  EACCES: 'no permission to use the data directory; change its owner, or give another with --data',
  EPERM: 'no permission to use the data directory; change its owner, or give another with --data',
  ENOENT: 'the data directory can not be made; give another with --data',
  ENOTDIR: 'the data directory can not be made, a file is in its place; give another with --data',
  EEXIST: 'the data directory can not be made, a file is in its place; give another with --data',
  EIO: 'the disk of the data directory failed',
  EMFILE: 'too many open files; raise the limit of the process (ulimit -n)',
}

const firstLine = (text: string) => text.split('\n', 1)[0]!
