/** The bytes, or undefined if the text is not base64: Node itself skips what does not belong. */
export function bytesOfBase64(text: string): Buffer | undefined {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
  return isBase64 ? Buffer.from(text, 'base64') : undefined
}
