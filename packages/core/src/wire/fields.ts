import { ProtocolError } from '@anyfeed/interfaces'
import { fromUtf8, toUtf8 } from '../bytes/utf8.ts'
import { MAX_EXTENSION_NAME_BYTES, MAX_PROOF_NODES } from '../limits.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

const HASH_BYTES = 32

/** How the values of a field stand on the wire: the same for both directions. */
export interface Field<T = unknown> {
  /** What an absent field stands for, and is not written; a field without this is required. */
  absent?(): T
  /** `before`: what came before it, of the same field. */
  read(reader: ProtobufReader, before?: T): T
  write(writer: ProtobufWriter, number: number, value: T): void
}

/** The fields of a message by their names: the first has the number 1, the next 2, and so on. */
export type Schema = ReadonlyArray<readonly [name: string, field: Field]>

export function schema(fields: Readonly<Record<string, Field>>): Schema {
  return Object.entries(fields)
}

/** Reads all fields, in whatever order they come: the last of each number counts. Throws a {@link ProtocolError}. */
export function readFields(reader: ProtobufReader, schema: Schema): Record<string, unknown> {
  const message: Record<string, unknown> = {}
  for (const [name, field] of schema) message[name] = field.absent?.()
  for (let number = reader.field(); number !== 0; number = reader.field()) {
    const entry = schema[number - 1]
    if (!entry) reader.skip()
    else message[entry[0]] = entry[1].read(reader, message[entry[0]])
  }
  for (const [name, { absent }] of schema) {
    if (!absent && message[name] === undefined) throw new ProtocolError(`a message lacks its ${name}`)
  }
  return message
}

export function writeFields(writer: ProtobufWriter, schema: Schema, message: Readonly<Record<string, unknown>>): void {
  let number = 0
  for (const [name, field] of schema) {
    const value = message[name]
    number++
    if (value !== field.absent?.()) field.write(writer, number, value)
  }
}

/** A field that may be left out: it stands for `absent` then. */
export function optional<T>(field: Field<T>, absent?: T): Field<T | undefined> {
  return { ...field, absent: () => absent } as Field<T | undefined>
}

export const number: Field<number> = {
  read: (reader) => reader.number(),
  write: (writer, number, value) => writer.number(number, value)
}

/** Bytes, as a view: as many as `may` be. */
export function bytes(may = (_length: number) => true): Field<Uint8Array> {
  return {
    read(reader) {
      const value = reader.bytes()
      if (!may(value.length)) throw new ProtocolError(`a field cannot have ${value.length} bytes`)
      return value
    },
    write: (writer, number, value) => writer.bytes(number, value)
  }
}

/** Neighbouring blocks: written from as many arrays as they are, and read as one view. */
export const blocks: Field<Uint8Array | readonly Uint8Array[]> = {
  ...bytes(),
  write: (writer, number, values) => writer.bytes(number, ...(values as readonly Uint8Array[]))
}

export const hash = bytes((length) => length === HASH_BYTES)

/** Any number of hashes up to that of a proof, one after the other. */
export const hashes = bytes((length) => length % HASH_BYTES === 0 && length <= MAX_PROOF_NODES * HASH_BYTES)

const name = bytes((length) => length <= MAX_EXTENSION_NAME_BYTES)

/** A name in UTF-8. */
export const text: Field<string> = {
  read(reader) {
    const value = name.read(reader)
    try {
      return fromUtf8(value)
    } catch (cause) {
      throw new ProtocolError('a name is not UTF-8', { cause })
    }
  },
  write: (writer, number, value) => writer.bytes(number, toUtf8(value))
}

/** A message within a message, of less than 128 bytes. */
export function message(schema: Schema): Field<Record<string, unknown>> {
  return {
    read: (reader) => readFields(new ProtobufReader(reader.bytes()), schema),
    write(writer, number, value) {
      const begin = writer.open(number)
      writeFields(writer, schema, value)
      writer.close(begin)
    }
  }
}

/** A field that comes any number of times up to `most`. Numbers may come packed all the same (PROTOCOL section 2). */
export function list<T>(item: Field<T>, most: number): Field<readonly T[]> {
  return {
    absent: () => [],
    read(reader, before) {
      const items = before as T[]
      const packed = item === (number as unknown) ? reader.packed() : undefined
      do {
        if (packed?.atEnd) break
        if (items.length === most) throw new ProtocolError(`more than ${most} fields of a kind`)
        items.push(item.read(packed ?? reader))
      } while (packed)
      return items
    },
    write(writer, number, values) {
      for (const value of values) item.write(writer, number, value)
    }
  }
}

/** Numbers that are always written packed. */
export function packed(most: number): Field<readonly number[]> {
  return { ...list(number, most), write: (writer, number, values) => writer.packed(number, values) }
}
