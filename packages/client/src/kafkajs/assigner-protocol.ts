import { Reader, Writer } from '@ottla/protocol'
import type { Assignment, ISerializer, MemberAssignment, MemberMetadata } from './types/group.ts'

const noUserData = Buffer.alloc(0)

function written(write: (writer: Writer) => void): Buffer {
  const writer = new Writer({ chunkBytes: 1024 })
  write(writer)
  return writer.finish()
}

/** int16 version | topics | user data */
const memberMetadata: ISerializer<MemberMetadata> = {
  encode: ({ version, topics, userData = noUserData }) =>
    written((writer) => {
      writer.int16(version)
      writer.plainCount(topics.length)
      for (const topic of topics) writer.plainString(topic)
      writer.plainNullableBytes(userData)
    }),

  decode(buffer) {
    const reader = new Reader(buffer)
    const version = reader.int16()
    const topics = Array.from({ length: reader.plainCount(2) }, () => reader.plainString())
    return { version, topics, userData: reader.plainNullableBytes() as Buffer }
  },
}

/** int16 version | topics with their partitions | user data; empty for a member that was left out */
const memberAssignment: ISerializer<MemberAssignment> = {
  encode: ({ version, assignment, userData = noUserData }) =>
    written((writer) => {
      const topics = Object.entries(assignment)
      writer.int16(version)
      writer.plainCount(topics.length)
      for (const [topic, partitions] of topics) {
        writer.plainString(topic)
        writer.plainCount(partitions.length)
        for (const partition of partitions) writer.int32(partition)
      }
      writer.plainNullableBytes(userData)
    }),

  decode(buffer) {
    if (buffer.length < 2) return null
    const reader = new Reader(buffer)
    const version = reader.int16()
    const assignment: Assignment = {}
    for (let left = reader.plainCount(6); left > 0; left--) {
      const topic = reader.plainString()
      assignment[topic] = Array.from({ length: reader.plainCount(4) }, () => reader.int32())
    }
    return { version, assignment, userData: reader.plainNullableBytes() as Buffer }
  },
}

export const AssignerProtocol: {
  MemberMetadata: ISerializer<MemberMetadata>
  MemberAssignment: ISerializer<MemberAssignment>
} = { MemberMetadata: memberMetadata, MemberAssignment: memberAssignment }
