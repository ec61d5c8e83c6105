export { type LevelStorageOptions, levelStorage } from './level-storage.ts'
