// @platformatic/kafka needs Node 22.22 (Promise.withResolvers, zstd in zlib). Ottla runs on Node 20.19. So where the
// tests run on an older Node, its scenarios get a process of their own with a Node that npm delivers as a package.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execute, findProgram, tail } from './command.ts'
import { cache } from './paths.ts'

const version = '24.21.0'

/** The path of a Node of at least 22.22, or a sentence that says why there is none. */
export async function modernNode(): Promise<{ readonly node: string } | { readonly missing: string }> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 22)) return { node: process.execPath }
  if (process.platform !== 'linux') return { missing: `it needs Node 22.22; this is ${process.versions.node}` }
  const name = `node-linux-${process.arch}`
  const directory = join(cache, `node-${version}`)
  const node = join(directory, 'node_modules', name, 'bin', 'node')
  if (existsSync(node)) return { node }
  const npm = findProgram('npm')
  if (npm === undefined) return { missing: `it needs Node 22.22, and npm is not here to fetch one` }
  const args = [
    'install',
    '--prefix',
    directory,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `${name}@${version}`,
  ]
  const { code, stderr } = await execute(npm, args, { timeoutMs: 300_000, cwd: cache })
  if (code !== 0 || !existsSync(node))
    return { missing: `it needs Node 22.22, and npm could not fetch ${name}: ${tail(stderr, 1)}` }
  return { node }
}
