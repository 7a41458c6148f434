// What a user gets: everything that is published is packed, installed into an empty folder from the archives, and used
// there by programs that know nothing of this repository. It needs the npm registry for what the packages depend on.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { Folder, type Manifest, packPublished, root, succeed } from './folder.ts'

const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
const packed = packPublished(new Folder().path)
const archives = packed.map(({ archive }) => archive)
const entries = packed.flatMap(({ manifest }) => entriesOf(manifest))
const folder = new Folder()
folder.install(...archives)

test('each entry gives the same objects to import and to require', () => {
  const output = succeed(folder.runProgram('both-ways.mjs', ...entries))
  for (const entry of entries) match(output, new RegExp(`^${entry}: \\d+ names$`, 'm'))
})

test('a record goes round with every codec, from an ECMAScript module and from CommonJS', () => {
  match(succeed(folder.runProgram('round-trip.mjs')), /round trip done/)
  match(succeed(folder.runProgram('round-trip.cjs')), /round trip done/)
})

for (const [module, moduleResolution] of [
  ['node16', 'node16'],
  ['node20', 'node16'],
  ['nodenext', 'nodenext'],
  ['preserve', 'bundler'],
]) {
  test(`programs of both kinds compile under strict settings: module ${module}, resolution ${moduleResolution}`, () => {
    for (const program of ['typed.mts', 'typed.cts']) folder.copyProgram(program)
    const everything = entries.map((entry, i) => `import * as entry${i} from '${entry}'\nconsole.log(entry${i})\n`)
    for (const program of ['everything.mts', 'everything.cts']) folder.write(program, everything.join(''))
    folder.write('tsconfig.json', JSON.stringify({ compilerOptions: strictSettings(module!, moduleResolution!) }))
    succeed(folder.run(process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'))
  })
}

test('npx ottla tells its version, serves, and ends when it is told to', async () => {
  const { version } = folder.readJson<{ version: string }>('node_modules/ottla/package.json')
  equal(succeed(folder.run(npx, '--no-install', 'ottla', '--version')).trim(), version)
  const program = join('node_modules', 'ottla', 'bin', 'ottla.js')
  const broker = folder.start(process.execPath, program, 'start', '--listen', '127.0.0.1:0', '--data', 'data')
  let output = ''
  for await (const chunk of broker.stdout) {
    output += chunk
    if (/^ready kafka:\/\/127\.0\.0\.1:\d+$/m.test(output)) break
  }
  broker.kill('SIGTERM')
  const [code] = await once(broker, 'exit')
  equal(code, 0)
})

test('nothing that is installed, on any platform, runs a script or compiles', () => {
  const { packages } = folder.readJson<{ packages: Record<string, { hasInstallScript?: boolean }> }>(
    'package-lock.json',
  )
  const scripted = Object.keys(packages).filter((name) => packages[name]!.hasInstallScript === true)
  deepEqual(scripted, [])
  deepEqual(
    folder.files('node_modules').filter((file) => file.endsWith('binding.gyp')),
    [],
  )
})

test('an archive holds what is used, and nothing else', () => {
  for (const { manifest } of packed) {
    const files = folder.files(join('node_modules', manifest.name))
    ok(files.some((file) => file.endsWith('LICENSE')))
    deepEqual(
      files.filter((file) => /\.test\.|\/src\/|\.tsbuildinfo$|(?<!\.d)\.[cm]?ts$/.test(file)),
      [],
    )
  }
})

const bare = new Folder()
bare.install('--omit=optional', ...archives)

test('a record goes round with every codec where nothing is prebuilt', () => {
  deepEqual(
    bare.files('node_modules').filter((file) => file.endsWith('.node')),
    [],
  )
  match(succeed(bare.runProgram('round-trip.mjs')), /round trip done/)
})

test('a record goes round with every codec under Bun, with what is prebuilt and without', (t) => {
  const bun = installBun()
  if (bun === undefined) return t.skip('the npm registry has no Bun that runs here')
  for (const where of [folder, bare])
    for (const program of ['round-trip.mjs', 'round-trip.cjs'])
      match(succeed(where.runProgramWith(bun, program)), /round trip done/)
})

test('the size of what is installed', (t) => {
  const alone = new Folder()
  alone.install(packed.find(({ manifest }) => manifest.name === '@ottla/client')!.archive)
  t.diagnostic(`@ottla/client, with all it needs: ${megabytes(alone.bytesOf('node_modules'))}`)
  t.diagnostic(`all packages together, with all they need: ${megabytes(folder.bytesOf('node_modules'))}`)
  for (const { manifest } of packed)
    t.diagnostic(`${manifest.name} itself: ${megabytes(folder.bytesOf(join('node_modules', manifest.name)))}`)
  ok(alone.bytesOf('node_modules') < 8_000_000)
})

/** The path of a Bun for this platform, from the npm package that holds it whole. */
function installBun(): string | undefined {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@oven/bun-${system}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`
  const folder = new Folder()
  const { status } = folder.tryInstall(name)
  const bun = join(folder.path, 'node_modules', name, 'bin', system === 'windows' ? 'bun.exe' : 'bun')
  return status === 0 && folder.run(bun, '--version').status === 0 ? bun : undefined
}

function entriesOf({ name, exports }: Manifest): string[] {
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object' && target !== null && 'require' in target)
    .map(([path]) => join(name, path).replaceAll('\\', '/'))
}

function strictSettings(module: string, moduleResolution: string) {
  return {
    module,
    moduleResolution,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    skipLibCheck: false,
    noEmit: true,
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`
