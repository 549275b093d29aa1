// How many taps the everyday acts take: a visit from 今日 to 已存在手机里, 没见到 from the person's page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const ROUTINE_MOST = 12
const FIRST_MOST = 45
const NOT_MET_MOST = 3
let world, screen

before(async () => {
  world = await World.begin(150)
  screen = await Screen.open(world, await world.phone('one'))
  await screen.enrol(await world.sheet('董正雄'))
})
after(() => world.end())

async function visit(row, how) {
  screen.taps = 0
  await screen.visit(row)
  await screen.fill(how)
  await screen.finish()
  const { taps } = screen
  await screen.link('回到今日')
  return taps
}

test('a routine visit to an elder', async () => {
  const taps = await visit(/李润珍\s*女76/)
  assert.ok(taps <= ROUTINE_MOST, `${taps} taps`)
})

test('a routine visit to a child', async () => {
  const taps = await visit(/张\*杰/)
  assert.ok(taps <= ROUTINE_MOST, `${taps} taps`)
})

test('somebody was not met: from their page', async () => {
  await screen.row(/杨桂芝\s*女71/)
  screen.taps = 0
  await screen.notMet('没在家')
  await screen.see('已存在手机里，不会丢。')
  const { taps } = screen
  await screen.link('回到今日')
  assert.ok(taps <= NOT_MET_MOST, `${taps} taps`)
})

test('a first visit, in which everything is asked: an elder, and a child', async () => {
  for (const row of [/杨四妹\s*女78/, /张\*萍/]) {
    const taps = await visit(row, { compare: false })
    assert.ok(taps <= FIRST_MOST, `${row}: ${taps} taps`)
  }
})

test('somebody who is not on the list is visited at once', async () => {
  await screen.link('名单')
  await screen.link('名单上没有？登记')
  await screen.page.getByLabel('姓名', { exact: true }).fill('周小龙')
  await screen.tap('登记')
  await screen.see('还没有走访记录')
  await screen.tap('开始走访')
  await screen.tap('下一步')
  await screen.finish()
})
