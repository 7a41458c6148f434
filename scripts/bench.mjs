// `npm run bench`: Ottla and Apache Kafka side by side, measured with Kafka's own tools. `-- --help` lists the options.
import { spawnSync } from 'node:child_process'
import { build, root } from './prepare.mjs'

build()
const args = ['--conditions=@ottla/source', '--import', 'tsx', 'bench/run.ts', ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
