// `npm run api`: writes docs/api, the reference of what users import, from the source's own types and docstrings. With
// `-- --check` it leaves docs/api alone, and fails where it is not what would be written or something has no docstring.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { install, root } from './prepare.mjs'
import { publishedPackages } from './published.mjs'

const folder = join(root, 'docs', 'api')
/** An entry whose names are those of another project, and so is its documentation. */
const documentedElsewhere = ['@ottla/client/kafkajs']
const isCheck = process.argv.includes('--check')
const out = isCheck ? mkdtempSync(join(tmpdir(), 'ottla-api-')) : folder
process.exitCode = (await write()) && (!isCheck || isFresh()) ? 0 : 1
if (isCheck) rmSync(out, { recursive: true })

/** True if everything that users can name has a docstring. */
async function write() {
  install()
  // It has a workspace of its own: it needs a compiler with a JavaScript interface, which TypeScript 7 does not have.
  const typedoc = createRequire(join(root, 'docs', 'package.json')).resolve('typedoc')
  const { Application, Converter, ReflectionKind } = await import(pathToFileURL(typedoc).href)
  const names = entryNames()
  const app = await Application.bootstrapWithPlugins(optionsFor([...names.values()].map(({ source }) => source)))
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, reflection) => {
    if (reflection.kindOf(ReflectionKind.Module)) reflection.name = names.get(reflection.name).name
  })
  const project = await app.convert()
  app.validate(project)
  await app.generateOutputs(project)
  return !app.logger.hasErrors() && !app.logger.hasWarnings()
}

/** Under which name users import each entry, by the name that the tool gives it: its path below `packages`. */
function entryNames() {
  const named = publishedPackages().flatMap(({ manifest, entries }) =>
    entries.map(({ name, source }) => {
      const path = relative(join(root, 'packages'), source).split(sep).join('/')
      const imported = name === 'index' ? manifest.name : `${manifest.name}/${name}`
      return [path.replace(/(\/index)?\.ts$/, ''), { name: imported, source }]
    }),
  )
  return new Map(named.filter(([, { name }]) => !documentedElsewhere.includes(name)))
}

function optionsFor(entryPoints) {
  return {
    entryPoints,
    tsconfig: join(root, 'tsconfig.check.json'),
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: out }],
    name: 'API reference',
    readme: 'none',
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    // Nothing that would change with a commit, or with the place of the checkout.
    disableGit: true,
    disableSources: true,
    hideGenerator: true,
    sort: ['kind', 'alphabetical'],
    skipErrorChecking: true,
    logLevel: 'Warn',
    validation: { invalidLink: true, notDocumented: true },
    requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Function', 'Variable', 'Method'],
    packagesRequiringDocumentation: readdirSync(join(root, 'packages')).map((name) =>
      name === 'ottla' ? name : `@ottla/${name}`,
    ),
    outputFileStrategy: 'modules',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    expandObjects: true,
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    propertyMembersFormat: 'table',
  }
}

/** Whether docs/api has just what was written elsewhere. */
function isFresh() {
  const [there, written] = [filesBelow(folder), filesBelow(out)]
  const stale = [...new Set([...there.keys(), ...written.keys()])].filter(
    (file) => there.get(file) !== written.get(file),
  )
  for (const file of stale) console.error(`docs/api/${file} is not what the source says: npm run api`)
  return stale.length === 0
}

function filesBelow(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(directory, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  )
}
