import { CommandError } from './command-error.ts'

export interface JaasLogin {
  /** The last part of the class: `PlainLoginModule`. */
  readonly module: string
  readonly options: ReadonlyMap<string, string>
}

/** Reads Kafka's `sasl.jaas.config`: `…PlainLoginModule required username="alice" password="secret";` */
export function parsedJaasConfig(text: string): JaasLogin {
  const [, module, rest] =
    /^\s*(?:[\w$]+\.)*([\w$]+)\s+(?:required|requisite|sufficient|optional)\b(.*)$/is.exec(text) ?? []
  if (module === undefined || rest === undefined)
    throw new CommandError(
      'sasl.jaas.config is not of the form "…LoginModule required username=\\"…\\" password=\\"…\\";"',
    )
  const options = new Map<string, string>()
  for (const [, name, quoted, bare] of rest.matchAll(/([\w.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/gs))
    options.set(name!, quoted === undefined ? bare! : quoted.replace(/\\(.)/gs, '$1'))
  return { module, options }
}
