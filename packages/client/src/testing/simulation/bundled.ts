import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { simulations } from './simulations.ts'

export type Simulations = typeof simulations

/** A place in the client's source, and what stands there instead. */
export interface Change {
  /** Below `src`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

const source = fileURLToPath(new URL('../../', import.meta.url))
const root = fileURLToPath(new URL('../../../../../', import.meta.url))
let count = 0

/** The simulations with all that they run on in one piece, which is faster, and may have a change in it. */
export async function bundledSimulations(change?: Change): Promise<Simulations> {
  const directory = join(root, '.cache', 'simulations')
  mkdirSync(directory, { recursive: true })
  const outfile = join(directory, `${process.pid}-${count++}.mjs`)
  try {
    await build({
      entryPoints: [join(source, 'testing', 'simulation', 'simulations.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      conditions: ['@ottla/source'],
      external: ['snappy', 'lz4-napi', '@bokuweb/zstd-wasm', '@node-rs/crc32'],
      logLevel: 'warning',
      sourcemap: 'inline',
      plugins: change === undefined ? [] : [changing(change)],
    })
    const module = (await import(pathToFileURL(outfile).href)) as { simulations: Simulations }
    return module.simulations
  } finally {
    rmSync(outfile, { force: true })
  }
}

function changing({ file, from, to }: Change): Plugin {
  const path = join(source, file)
  return {
    name: 'change',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, (args) => {
        if (args.path !== path) return undefined
        const text = readFileSync(path, 'utf8')
        const places = text.split(from).length - 1
        if (places !== 1) throw new Error(`${file} has ${places} places that read: ${from}`)
        return { contents: text.replace(from, () => to), loader: 'ts' }
      })
    },
  }
}
