// `npm run flights`: the example of examples/flights, on a broker of its own.
import { spawnSync } from 'node:child_process'
import { build, root } from './prepare.mjs'

build()
const args = ['examples/flights/run.mjs', ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
