// `npm start`: a broker on 127.0.0.1:9092 with its data in ./data. Arguments go on to `ottla start`.
import { build, root } from './prepare.mjs'

build()
process.chdir(root)
const { main } = await import('../packages/ottla/bundle/cli.js')
await main([process.argv[0], 'ottla', 'start', ...process.argv.slice(2)])
