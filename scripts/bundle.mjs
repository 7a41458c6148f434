// Bundles what users import and run, so that a start reads a handful of files instead of hundreds. Dependencies from
// outside stay imports; what is loaded late stays in chunks of its own.
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './prepare.mjs'

const packages = join(root, 'packages')

await build({
  entryPoints: { index: join(packages, 'ottla', 'src', 'index.ts'), cli: join(packages, 'cli', 'src', 'main.ts') },
  outdir: join(packages, 'ottla', 'bundle'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@ottla/source'],
  packages: 'bundle',
  external: ['commander', 'pino', 'snappy', 'lz4-napi', '@bokuweb/zstd-wasm', '@node-rs/crc32'],
  sourcemap: true,
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
})
