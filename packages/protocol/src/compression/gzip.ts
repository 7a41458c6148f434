import { type Compression, tooLarge } from './codec.ts'

export async function loadGzip(): Promise<Compression> {
  const { gunzipSync, gzipSync } = await import('node:zlib')
  return {
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
}
