// `npm start`: a broker on 127.0.0.1:9092 with its data in ./data. Arguments go on to `ottla start`.
import { build, root } from './prepare.mjs'

// npm runs this below a shell, which does not pass on the signal that ends npm: it just goes, and so must the broker,
// also if that happened while it was being built.
const parent = process.ppid
build()
process.chdir(root)
const watch = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(watch)
  process.kill(process.pid, 'SIGTERM')
}, 500).unref()

const { main } = await import('../packages/ottla/bundle/cli.js')
await main([process.argv[0], 'ottla', 'start', ...process.argv.slice(2)], './ottla')
