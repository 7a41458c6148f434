import type { Handler } from '../handler.ts'
import { apiVersions } from './18-api-versions.ts'

/** Everything that this broker answers. ApiVersions lists it. */
export const handlers: readonly Handler[] = [apiVersions]
