import { expect, test } from 'vitest'
import { bytes } from './days'

test('bytes are said in the unit in which people read them', () => {
  expect([800, 999_940, 1_000_000, 199_900_000, 1_234_567_890].map(bytes)).toEqual(['0.8', '999.9', '1.0', '199.9', '1.2'].map((one, at) => `${one}\u00a0${['KB', 'KB', 'MB', 'MB', 'GB'][at]}`))
})
