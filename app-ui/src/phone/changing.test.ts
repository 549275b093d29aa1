import { expect, test } from 'vitest'
import { ProblemError } from '@/api/carrier'
import { changing, ended } from './changing'

const full = () => Promise.reject(new ProblemError({ code: 'disk_full', advice: 'retry', params: {} }))

test('a change that failed is tried again, and what came after it does not hide it', async () => {
  const changes = changing('one')
  const made: string[] = []
  let room = false
  const late = () => (room ? Promise.resolve(made.push('late')) : full())
  expect((await changes.change('late', late))?.code).toBe('disk_full')
  expect(await changes.change('way', async () => made.push('way'))).toBe(null)
  expect(changes.problem.value?.code).toBe('disk_full')
  expect(await changes.again()).toBe(false)
  room = true
  expect(await changes.again()).toBe(true)
  expect(made).toEqual(['way', 'late'])
  expect(changes.problem.value).toBe(null)
})

test('another change of the same thing takes its place', async () => {
  const changes = changing('two')
  const made: string[] = []
  await changes.change('time', full)
  await changes.change('time', async () => made.push('later'))
  expect(await changes.again()).toBe(true)
  expect(made).toEqual(['later'])
})

test('it is the same on all pages of a visit, until it is given up or the visit has ended', async () => {
  await changing('three').change('time', full)
  await changing('three').change('way', full)
  changing('three').drop('time')
  expect(changing('three').problem.value?.code).toBe('disk_full')
  changing('three').drop()
  expect(await changing('three').again()).toBe(true)
  await changing('three').change('time', full)
  ended('three')
  expect(await changing('three').again()).toBe(true)
})

test('one after the other, and whoever asks whether all is saved waits for those before', async () => {
  const changes = changing('four')
  const made: number[] = []
  const slow = (at: number, ms: number) => () => new Promise<void>((done) => setTimeout(() => (made.push(at), done()), ms))
  void changes.change('a', slow(1, 30))
  void changes.change('b', slow(2, 0))
  expect(await changes.again()).toBe(true)
  expect(made).toEqual([1, 2])
})
