// What the program needs of this package and nobody else: a node on its own, with the runtime handed to it.
export * from './listeners.ts'
export * from './node.ts'
