import { expect, test } from 'vitest'
import { numbersFor, type OwnNumber } from './numbers'

const number = (zh: string, area?: string): OwnNumber => ({ number: '08720000000', zh, en: zh, ...(area ? { area } : {}) })
const county = number('县民政局')
const nuodeng = number('诺邓派出所', '532929101000')
const other = number('别处派出所', '532929103000')
const all = [county, nuodeng, other]

test('of the county’s numbers those of the worker’s townships are shown, and those of the whole county', () => {
  expect(numbersFor(all, ['532929101201'])).toEqual([county, nuodeng])
  expect(numbersFor(all, ['532929101000', '532929103204'])).toEqual(all)
  expect(numbersFor([...all, number('全县', '532929000000')], ['532929103204']).map((one) => one.zh)).toEqual(['县民政局', '别处派出所', '全县'])
})

test('before it is known where the worker works, all of them are shown', () => {
  expect(numbersFor(all, [])).toEqual(all)
})
