// 位置 as optional evidence: asked for only after a tap, found while other things are done, and a visit that is
// finished without it is as good.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk } from './lib/console.mjs'
import { command, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const HERE = { latitude: 25.885123, longitude: 99.37124, accuracy: 14.2 }
let world, phone, screen, people

before(async () => {
  world = await World.begin(150)
  phone = await world.phone('one')
  screen = await Screen.open(world, phone)
  await screen.enrol(await world.sheet('董正雄'))
  people = (await command(phone, 'people', { offset: 0, count: 20 })).map((one) => one.subject)
})
after(() => world?.end())

/** A visit that lacks nothing but being finished, on a page of its own; what the page asks of the phone. */
async function visit(at, { grant = false, place = null, ...more } = {}) {
  const { visit } = await command(phone, 'start_visit', { subjects: [{ subject: people[at], met: null }] })
  await command(phone, 'set_met', { visit, subject: people[at], met: 'none', reason: 'not_at_home' })
  const one = await Screen.open(world, phone, more)
  const context = one.page.context()
  await context.grantPermissions(grant ? ['geolocation'] : [], { origin: phone.url })
  if (place) await context.setGeolocation(place)
  await one.page.addInitScript(() => {
    const watch = navigator.geolocation.watchPosition.bind(navigator.geolocation)
    const clear = navigator.geolocation.clearWatch.bind(navigator.geolocation)
    Object.assign(window, { watched: 0, cleared: 0 })
    navigator.geolocation.watchPosition = (...all) => (window.watched++, watch(...all))
    navigator.geolocation.clearWatch = (id) => (window.cleared++, clear(id))
  })
  await one.page.reload()
  await one.go(`/visit/${visit}`)
  await one.see('可加可不加')
  return { one, draft: visit }
}
const draftOf = (visit) => command(phone, 'visit', { visit })
const watches = (one) => one.page.evaluate(() => [window.watched, window.cleared])

test('a place is noted after a tap, shown with the visit, and the console says it in words', async () => {
  const { one, draft } = await visit(0, { grant: true, place: HERE })
  await one.see('位置：没记')
  assert.deepEqual(await watches(one), [0, 0], 'nothing was asked of the phone')
  await one.shownInBoth('evidence-none')
  await one.tap('记下这里')
  await one.see(/位置：已记下（误差约 15 米，今天 \d\d:\d\d）/)
  assert.deepEqual(await watches(one), [1, 1], 'near enough: it ended')
  await one.shownInBoth('evidence-kept')
  assert.equal((await draftOf(draft)).location.accuracy_m, 15)
  await one.tap('去掉')
  await one.see('位置：没记')
  assert.equal((await draftOf(draft)).location, null)
  await one.tap('记下这里')
  await one.see(/位置：已记下/)
  await one.tap('填完了，存好')
  await one.see('已存在手机里，不会丢。')
  const record = one.page.url().match(/done\/([0-9a-f]+)/)[1]
  await one.go(`/record/${record}`)
  await one.see(/位置：已记下（误差约 15 米/)
  await one.shown('evidence-record')
  await command(phone, 'exchange')
  const desk = await Desk.as(world, await account(world, '县管理员', 'admin'))
  await desk.go(`/visits/${record}`)
  const said = desk.page.getByText(/纬度 25\.88512，经度 99\.37124，误差约 15 米（\d+月\d+日 \d\d:\d\d）/)
  await said.first().waitFor()
  await desk.picture('evidence-console')
  await desk.page.getByText(/^修改记录/).first().click()
  await said.nth(1).waitFor()
  assert.doesNotMatch(await desk.page.locator('main').innerText(), /25\.88512,99\.37124/)
  await one.page.context().close()
  await desk.page.context().close()
})

test('what is better takes the place of what was found first, while a form is filled in', async () => {
  const { one, draft } = await visit(1, { grant: true, place: { ...HERE, accuracy: 180 } })
  await one.tap('记下这里')
  await one.see(/误差约 180 米/)
  await one.go('/people')
  await one.page.getByRole('searchbox').waitFor()
  await one.page.context().setGeolocation({ ...HERE, accuracy: 400 })
  await one.page.context().setGeolocation({ ...HERE, accuracy: 60 })
  await one.page.waitForTimeout(300)
  assert.equal((await draftOf(draft)).location.accuracy_m, 60)
  await one.go(`/visit/${draft}`)
  await one.see(/误差约 60 米/)
  assert.deepEqual(await watches(one), [1, 0])
  await one.away()
  assert.deepEqual(await watches(one), [1, 1], 'locked: it ended')
  await one.unlock()
  await one.see(/误差约 60 米/)
  await one.page.context().close()
})

test('a phone that gives no place, and one that finds none, say so in their row, and nothing else changes', async () => {
  for (const size of ['usual', 'largest']) {
    const { one, draft } = await visit(2, { size })
    await one.tap('记下这里')
    await one.see('手机没给位置权限，不记也可以')
    await one.shown(`evidence-refused-${size}`)
    await one.tap('填完了，存好')
    await one.see('已存在手机里，不会丢。')
    assert.ok(draft)
    await one.page.context().close()
  }
  const { one } = await visit(3, { grant: true })
  await one.page.clock.install()
  await one.page.evaluate(() => (navigator.geolocation.watchPosition = () => 7))
  await one.tap('记下这里')
  await one.see('正在找位置，您接着做')
  await one.page.clock.fastForward(121_000)
  await one.see('没找到位置，不记也可以')
  await one.page.context().close()
})

test('a visit is finished, or put away, while its place is still looked for', async () => {
  for (const act of ['填完了，存好', '放弃这次填写（30 天内可以找回）']) {
    const { one } = await visit(4, { grant: true })
    await one.page.evaluate(() => (navigator.geolocation.watchPosition = (found) => ((window.find = found), 7)))
    await one.tap('记下这里')
    await one.see('正在找位置，您接着做')
    await one.shownInBoth('evidence-searching')
    await one.tap(act)
    await one.page.waitForURL(/#\/(done|records)/)
    assert.equal((await watches(one))[1], 1, 'it ended with the visit')
    await one.page.evaluate(() => window.find({ coords: { latitude: 25, longitude: 99, accuracy: 5 }, timestamp: Date.now() }))
    await one.page.waitForTimeout(100)
    assert.equal(await one.page.getByRole('alert').count(), 0)
    assert.deepEqual(one.errors, [])
    await one.page.context().close()
  }
})
