import { gunzipSync, gzipSync } from 'node:zlib'
import { type Compression, tooLarge } from './compression.ts'

export const gzip: Compression = {
  type: 'gzip',
  compress: (data, level = -1) => gzipSync(data, { level }),
  decompress(data, maxBytes) {
    try {
      const content = gunzipSync(data, { maxOutputLength: Math.max(1, maxBytes) })
      if (content.length > maxBytes) throw tooLarge('gzip', maxBytes)
      return content
    } catch (cause) {
      throw (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge('gzip', maxBytes) : cause
    }
  },
}
