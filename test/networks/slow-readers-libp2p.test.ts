import { slowReaders } from './slow-readers.ts'

slowReaders('libp2p')
