// `npm run example NAME [-- --bootstrap HOST:PORT]`: one of the programs in examples/.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { install, root } from './prepare.mjs'

const [name, ...args] = process.argv.slice(2)
const examples = join(root, 'examples')
const main = join(examples, name ?? '', 'main.ts')
if (name === undefined || !existsSync(main)) {
  const names = readdirSync(examples).filter((each) => existsSync(join(examples, each, 'main.ts')))
  console.error(`npm run example NAME, where NAME is one of\n${names.map((each) => `  ${each}`).join('\n')}`)
  process.exit(name === undefined ? 0 : 1)
}
install()
const { status } = spawnSync(process.execPath, ['--conditions=@ottla/source', '--import', 'tsx', main, ...args], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
