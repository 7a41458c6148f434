// What users install: the packages that are not private. All there is to know about them stands in their package.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './prepare.mjs'

/** Where a published package's code and types are built to, within it. */
export const builtFolder = 'bundle'

/**
 * Each package's folder and package.json, and its entries: what it exports both as source and built. An entry's name is
 * that of its built file without the extension.
 */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((folder) => join(root, 'packages', folder))
    .filter((directory) => existsSync(join(directory, 'package.json')))
    .map((directory) => ({ directory, manifest: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ directory, manifest }) => ({ directory, manifest, entries: entriesOf(directory, manifest) }))
}

function entriesOf(directory, manifest) {
  return Object.values(manifest.exports)
    .filter((target) => target['@ottla/source'] !== undefined && target.require !== undefined)
    .map((target) => ({
      name: basename(target.require.default, '.js'),
      source: join(directory, target['@ottla/source']),
    }))
}
