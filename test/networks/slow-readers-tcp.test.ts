import { slowReaders } from './slow-readers.ts'

slowReaders('tcp')
