import { asBuffer, type Compression, tooLarge } from './codec.ts'

export const none: Compression = {
  type: 'none',
  compress: asBuffer,
  decompress(data, maxBytes) {
    if (data.length > maxBytes) throw tooLarge('none', maxBytes)
    return asBuffer(data)
  },
}
