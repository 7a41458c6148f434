// Bundles what users import and run, so that a start reads a handful of files instead of hundreds. What a package's
// manifest depends on stays an import; all else goes in; what is loaded late stays in chunks of its own.
//
// The code is there once, as CommonJS, which everything can load: Node, Bun, Jest, bundlers. ECMAScript modules get the
// same objects through a small module of names, so whoever comes both ways meets one `OttlaError`.
// docs/decisions/0006-packages.md says more.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { build, transform } from 'esbuild'
import { root } from './prepare.mjs'
import { builtFolder, publishedPackages } from './published.mjs'

/** The program is a package of its own, which may import `ottla` but not the other way round; it is installed with it. */
const programs = { ottla: [{ name: 'cli', source: join(root, 'packages', 'cli', 'src', 'main.ts') }] }
/**
 * What the program loads late and shares much with the broker is bundled by itself, with a copy of what is shared: cut
 * into chunks that both load, the code of the broker would start and run slower.
 */
const clientCommands = { name: 'client-commands', source: join(root, 'packages', 'cli', 'src', 'client-commands.ts') }
const apart = { ottla: [clientCommands] }
const leaveApart = {
  name: 'leave apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/client-commands\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${clientCommands.name}.js`, external: true } : undefined,
    ),
}
const target = 'node20.19'
/** Their default is all that they export: what programs get of the CommonJS library in whose place they stand. */
const wholeByDefault = new Set(['kafkajs'])

for (const { directory, manifest, entries } of publishedPackages()) {
  const outdir = join(directory, builtFolder)
  const together = [...entries, ...(programs[manifest.name] ?? [])]
  const alone = (apart[manifest.name] ?? []).map((entry) => [entry])
  const builds = await Promise.all([together, ...alone].map((each) => bundle(manifest, outdir, each)))
  for (const { metafile } of builds) refuseStrays(manifest, metafile)
  rmSync(outdir, { recursive: true, force: true })
  mkdirSync(outdir)
  writeFileSync(join(outdir, 'package.json'), '{ "type": "commonjs" }\n')
  for (const file of builds.flatMap(({ outputFiles }) => outputFiles)) await writeCommonJs(file)
  for (const { name } of entries) writeNames(outdir, name, builds[0].metafile)
  copyFileSync(join(root, 'LICENSE'), join(directory, 'LICENSE'))
}

function bundle({ dependencies, optionalDependencies, peerDependencies }, outdir, entries) {
  return build({
    entryPoints: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target,
    conditions: ['@ottla/source'],
    external: Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }),
    plugins: [leaveApart],
    sourcemap: 'inline',
    metafile: true,
    write: false,
    absWorkingDir: root,
    logLevel: 'warning',
  })
}

/** A package that nobody depends on by name would be copied in, with a licence of its own and never updated. */
function refuseStrays({ name }, metafile) {
  const stray = Object.keys(metafile.inputs).find((path) => path.includes('node_modules'))
  if (stray !== undefined) throw new Error(`${name} bundles ${stray}: enter its package as a dependency of ${name}`)
}

async function writeCommonJs({ path, text }) {
  const { code, map } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target,
    // `require` also where `import()` is not to be had, as in Jest.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'urlOfThisFile' },
    banner: text.includes('import.meta.url')
      ? "const urlOfThisFile = require('node:url').pathToFileURL(__filename).href;"
      : undefined,
    sourcemap: 'external',
    sourcefile: basename(path),
    sourcesContent: false,
    minifyWhitespace: true,
    // An error that nobody catches shows the line it came from.
    lineLimit: 160,
    minifySyntax: true,
    logLevel: 'warning',
  })
  writeFileSync(path, `${code}//# sourceMappingURL=${basename(path)}.map\n`)
  writeFileSync(`${path}.map`, map)
}

/** The module of names through which ECMAScript modules get an entry. */
function writeNames(outdir, name, metafile) {
  const names = metafile.outputs[relative(root, join(outdir, `${name}.js`)).replaceAll('\\', '/')].exports
  const isWholeByDefault = names.includes('default') && wholeByDefault.has(name)
  if (names.includes('default') && !isWholeByDefault)
    throw new Error(`${outdir}: ${name} has a default export, which is not the same both ways`)
  const named = names.filter((each) => each !== 'default').sort()
  const lines = [`import whole from './${name}.js'`, `export const { ${named.join(', ')} } = whole`, '']
  if (isWholeByDefault) lines.splice(2, 0, 'export default whole')
  writeFileSync(join(outdir, `${name}.mjs`), lines.join('\n'))
}
