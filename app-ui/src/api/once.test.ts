import { expect, test } from 'vitest'
import { once } from './once'

test('a second tap is answered with what became of the first', async () => {
  let made = 0
  const carry = once(async () => ++made, 20)
  const tapped = [carry('raise_concern', { words: '漏雨' }), carry('raise_concern', { words: '漏雨' })]
  expect(await Promise.all(tapped)).toEqual([1, 1])
  expect(await carry('raise_concern', { words: '漏雨' }), 'the sheet had not closed yet').toBe(1)
  expect(await carry('raise_concern', { words: '断电' })).toBe(2)
  await new Promise((rested) => setTimeout(rested, 40))
  expect(await carry('raise_concern', { words: '漏雨' }), 'said again later').toBe(3)
})

test('what was refused may be tried at once, and reading and answering are never held back', async () => {
  let asked = 0
  const carry = once(async () => {
    asked++
    throw new Error('refused')
  })
  for (const name of ['not_met', 'not_met', 'person', 'person', 'answer', 'answer']) await carry(name, {}).catch(() => null)
  expect(asked).toBe(6)
})
