import { expect, test, vi } from 'vitest'

const said = vi.hoisted(() => ({ answer: async (): Promise<unknown> => null }))
vi.mock('@/api/carrier', () => ({ call: () => said.answer(), problemOf: (reason: unknown) => reason }))

import { sendSealed, sending } from './sending'

test('what became of sealed reports is known once the county has answered, and stays when it is silent', async () => {
  said.answer = async () => ({ waiting: 1, received: 0 })
  await sendSealed()
  expect(sending.sealed).toEqual({ waiting: 1, received: 0 })
  said.answer = () => Promise.reject(new Error('silent'))
  await sendSealed()
  expect(sending.sealed).toEqual({ waiting: 1, received: 0 })
  said.answer = async () => ({ waiting: 0, received: 1 })
  await sendSealed()
  expect(sending.sealed).toEqual({ waiting: 0, received: 1 })
})
