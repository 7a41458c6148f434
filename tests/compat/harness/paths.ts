import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))
/** What the runs fetch and write; ignored by git, safe to remove. */
export const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url))
export const compat = fileURLToPath(new URL('../', import.meta.url))
