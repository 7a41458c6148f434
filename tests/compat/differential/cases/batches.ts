import { type BatchOptions, layout, type NewRecord, pack } from '@ottla/protocol'

/** A batch with a record for each value; keys and times follow from the place. */
export function batchOf(timestamp: number, values: readonly (string | null)[], options: BatchOptions = {}): Buffer {
  const records = values.map(
    (value, at): NewRecord => ({
      timestamp: timestamp + at,
      key: at % 2 === 0 ? Buffer.from(`k${at}`) : null,
      value: value === null ? null : Buffer.from(value),
      headers: at === 0 ? [{ key: 'h', value: Buffer.from('1') }] : [],
    }),
  )
  return pack(records, options).bytes
}

/** The batch with some bytes of its header changed, and its checksum set right unless told. */
export function patched(batch: Buffer, change: (bytes: Buffer) => void, checksum: (bytes: Buffer) => number): Buffer {
  const bytes = Buffer.from(batch)
  change(bytes)
  bytes.writeUInt32BE(checksum(bytes.subarray(layout.attributes)), layout.crc)
  return bytes
}
