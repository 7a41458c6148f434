// `npm run build`: what `npm pack` and `npm publish` take, that is code and types of every published package.
import { build } from './prepare.mjs'
import { buildTypes } from './types.mjs'

build()
buildTypes()
