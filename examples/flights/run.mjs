// `node examples/flights/run.mjs [--against ottla|kafka|HOST:PORT]`: see README.md.
import { tsImport } from 'tsx/esm/api'

await tsImport('./src/main.ts', import.meta.url)
