/** DNS types that we ask for and answer (RFC 1035 section 3.2.2). */
export const PTR = 12
export const TXT = 16
export const ANY = 255

const HEADER_BYTES = 12
const RESPONSE = 0x8000
const OPCODE = 0x7800
const QUESTION_BYTES = 5
const RECORD_BYTES = 11
const NAME_BYTES = 255

export interface Question {
  /** In lower case. */
  readonly name: string
  readonly type: number
}

export interface DnsRecord {
  /** In lower case. */
  readonly name: string
  readonly type: number
  /** Seconds. */
  readonly ttl: number
  /** What a PTR points to, in lower case. */
  readonly target?: string
  /** What a TXT holds, as views of the packet. */
  readonly strings?: readonly Uint8Array[]
}

export interface Packet {
  readonly response: boolean
  readonly questions: readonly Question[]
  /** PTR and TXT records of all sections; what else a packet holds is checked and left out. */
  readonly records: readonly DnsRecord[]
}

/**
 * Reads a DNS packet (RFC 1035 section 4) that anyone may have sent: `undefined` when it is malformed anywhere. Never
 * throws. The work and the result are bounded by the packet's length: what its header counts is never believed.
 */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  try {
    return new Reader(bytes).packet()
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

/** A reader's way out. No stack is made: a flood of malformed packets must cost little. */
class Malformed {}
const malformed = new Malformed()

class Reader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  packet(): Packet {
    this.#uint16()
    const flags = this.#uint16()
    const questions = this.#uint16()
    const records = this.#uint16() + this.#uint16() + this.#uint16()
    if ((flags & OPCODE) !== 0) throw malformed
    if (questions * QUESTION_BYTES + records * RECORD_BYTES > this.#bytes.length - HEADER_BYTES) throw malformed
    return {
      response: (flags & RESPONSE) !== 0,
      questions: Array.from({ length: questions }, () => this.#question()),
      records: Array.from({ length: records }, () => this.#record()).filter((record) => record !== undefined)
    }
  }

  #question(): Question {
    const name = this.#name()
    const type = this.#uint16()
    this.#uint16()
    return { name, type }
  }

  #record(): DnsRecord | undefined {
    const name = this.#name()
    const type = this.#uint16()
    this.#uint16()
    const ttl = this.#uint16() * 0x10000 + this.#uint16()
    const length = this.#uint16()
    const end = this.#offset + length
    if (end > this.#bytes.length) throw malformed
    const record =
      type === PTR
        ? { name, type, ttl, target: this.#name() }
        : type === TXT
          ? { name, type, ttl, strings: this.#strings(end) }
          : undefined
    if (record === undefined) this.#offset = end
    if (this.#offset !== end) throw malformed
    return record
  }

  #strings(end: number): Uint8Array[] {
    const strings: Uint8Array[] = []
    while (this.#offset < end) strings.push(this.#take(this.#uint8()))
    return strings
  }

  /** A pointer leads to an earlier name only, so that no name goes in circles (RFC 1035 section 4.1.4). */
  #name(): string {
    let name = ''
    let after: number | undefined
    let earliest = this.#offset
    for (;;) {
      const length = this.#uint8()
      if (length === 0) break
      if (length >= 0xc0) {
        const target = (length - 0xc0) * 0x100 + this.#uint8()
        after ??= this.#offset
        if (target >= earliest) throw malformed
        earliest = target
        this.#offset = target
      } else if (length < 0x40) {
        name += `${name === '' ? '' : '.'}${String.fromCharCode(...this.#take(length))}`
        if (name.length >= NAME_BYTES) throw malformed
      } else throw malformed
    }
    this.#offset = after ?? this.#offset
    return name.toLowerCase()
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw malformed
    const taken = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return taken
  }

  #uint16(): number {
    return this.#uint8() * 0x100 + this.#uint8()
  }

  #uint8(): number {
    const value = this.#bytes[this.#offset++]
    if (value === undefined) throw malformed
    return value
  }
}
