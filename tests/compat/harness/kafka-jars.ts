// Apache Kafka itself, from Maven Central: its server to compare with, its console tools and its clients.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute, findProgram, tail } from './command.ts'
import { cache } from './paths.ts'

export const kafkaVersion = '4.3.0'

export interface Java {
  readonly java: string
  readonly javac: string | undefined
  readonly classpath: string
}
export interface Missing {
  readonly missing: string
}

let found: Promise<Java | Missing> | undefined

/** Java with Kafka's jars, fetched once into `.cache`; or a sentence that says what is missing. */
export function javaWithKafka(): Promise<Java | Missing> {
  found ??= find()
  return found
}

async function find(): Promise<Java | Missing> {
  const java = findProgram('java')
  if (java === undefined) return { missing: 'java is not installed' }
  const libs = join(cache, `kafka-${kafkaVersion}`)
  if (!existsSync(libs)) {
    const failure = await fetchJars(libs)
    if (failure !== undefined) return { missing: failure }
  }
  return { java, javac: findProgram('javac'), classpath: join(libs, '*') }
}

/** Into a directory beside, then renamed, so that an interrupted download is never taken for a whole one. */
async function fetchJars(libs: string): Promise<string | undefined> {
  const maven = findProgram('mvn')
  if (maven === undefined) return 'mvn is not installed, so the jars of Kafka can not be fetched'
  const work = `${libs}.partial`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  writeFileSync(join(work, 'pom.xml'), pom())
  const args = [
    '-q',
    '-B',
    '-f',
    join(work, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${work}/libs`,
  ]
  const { code, stdout } = await execute(maven, args, { timeoutMs: 600_000 })
  if (code !== 0 || readdirSync(work).length < 2) return `mvn could not fetch the jars of Kafka: ${tail(stdout, 2)}`
  renameSync(join(work, 'libs'), libs)
  rmSync(work, { recursive: true, force: true })
  return undefined
}

function pom(): string {
  const dependency = (name: string) =>
    `<dependency><groupId>org.apache.kafka</groupId><artifactId>${name}</artifactId><version>${kafkaVersion}</version></dependency>`
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>ottla</groupId><artifactId>compat</artifactId><version>1</version>
  <dependencies>${dependency('kafka_2.13')}${dependency('kafka-tools')}</dependencies>
</project>
`
}
