import { expect, test } from 'vitest'
import { characters } from './picture'

test('a pixel is one character, from black to white', () => {
  const pixels = [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]]
  const text = characters(new Uint8ClampedArray(pixels.flatMap((one) => [...one, 255])))
  expect([...text].map((one) => one.charCodeAt(0) - 48)).toEqual([0, 63, 19, 37, 7, 32])
})
