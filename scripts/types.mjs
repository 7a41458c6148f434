// The declarations that users get: those of an entry and all that they mention, from whichever package, beside the code.
// They are there once, as those of CommonJS modules; ECMAScript modules are told the same names of the same types.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { root, run } from './prepare.mjs'
import { builtFolder, publishedPackages } from './published.mjs'

/** An import in a declaration, whose comments may show others that stay as they are. */
const specifier = /(\bfrom |\bimport\()(['"])([^'"]+)\2/g
const isComment = (line) => /^\s*(\/\/|\/?\*)/.test(line)
const packages = join(root, 'packages')

export function buildTypes() {
  run('Writing the types', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'])
  for (const { directory, manifest, entries } of publishedPackages()) {
    const built = join(directory, builtFolder)
    const isOutside = isDependencyOf(manifest)
    const done = new Set()
    for (const { name, source } of entries) {
      const declaration = declarationOf(source)
      copyWithMentioned(declaration, { built, isOutside, done })
      writeFileSync(join(built, `${name}.d.ts`), `export * from '${between(built, placeOf(declaration, built))}'\n`)
      const hasDefault = readFileSync(declaration, 'utf8').includes('export * as default')
      const lines = [
        `export * from './${name}.js'`,
        ...(hasDefault ? [`export { default } from './${name}.js'`] : []),
        '',
      ]
      writeFileSync(join(built, `${name}.d.mts`), lines.join('\n'))
    }
  }
}

function isDependencyOf({ dependencies, peerDependencies }) {
  const names = Object.keys({ ...dependencies, ...peerDependencies })
  return (imported) => names.some((name) => imported === name || imported.startsWith(`${name}/`))
}

/** Copies a declaration to its place and follows its imports, each of which then leads to a copy. */
function copyWithMentioned(declaration, target) {
  if (target.done.has(declaration)) return
  target.done.add(declaration)
  const place = placeOf(declaration, target.built)
  const lines = readFileSync(declaration, 'utf8').split('\n')
  const text = lines.map((line) =>
    isComment(line)
      ? line
      : line.replace(specifier, (whole, before, quote, imported) => {
          const mentioned = target.isOutside(imported) ? undefined : mentionedBy(declaration, imported)
          if (mentioned === undefined) return whole
          copyWithMentioned(mentioned, target)
          return `${before}${quote}${between(dirname(place), placeOf(mentioned, target.built))}${quote}`
        }),
  )
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, text.join('\n'))
}

/** The declaration that an import means; undefined for what is not of this repository. */
function mentionedBy(declaration, imported) {
  if (imported.startsWith('.')) return join(dirname(declaration), imported.replace(/\.ts$/, '.d.ts'))
  const [, name, entry = '.'] = /^(@ottla\/[^/]+|ottla)(?:\/(.+))?$/.exec(imported) ?? []
  if (name === undefined) return undefined
  const directory = join(packages, name.replace('@ottla/', ''))
  const { exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const exported = exports[entry === '.' ? '.' : `./${entry}`]
  return declarationOf(join(directory, exported['@ottla/source'] ?? exported))
}

/** packages/NAME/src/FILE.ts → packages/NAME/dist/FILE.d.ts */
function declarationOf(source) {
  const [name, , ...path] = relative(packages, source).split(sep)
  const declaration = join(packages, name, 'dist', ...path).replace(/\.ts$/, '.d.ts')
  if (!existsSync(declaration)) throw new Error(`${declaration} was not written: is ${name} in tsconfig.json?`)
  return declaration
}

/** packages/NAME/dist/FILE.d.ts → BUILT/types/NAME/FILE.d.ts */
function placeOf(declaration, built) {
  const [name, , ...path] = relative(packages, declaration).split(sep)
  return join(built, 'types', name, ...path)
}

function between(folder, declaration) {
  const path = relative(folder, declaration)
    .split(sep)
    .join('/')
    .replace(/\.d\.ts$/, '.js')
  return path.startsWith('.') ? path : `./${path}`
}
