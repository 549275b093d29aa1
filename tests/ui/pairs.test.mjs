// Two workers, one home, by clicking on the real server: both phones carry a visit of one day, the console suggests them
// as one, somebody says so, both phones tell it in a quiet line, and it is taken back. And who came along, and who wrote
// for whom (代记), wherever the county and the phone say who visited.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk, SMALL, WIDE } from './lib/console.mjs'
import { command, phoneOf, Screen } from './lib/phone.mjs'
import { fill as filled, visited } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

const TOWNSHIP = 532929102000
const VILLAGE = 532929102210
const QUIET = '县里认作与测同事的走访是同一次'

let world, head, one, two, person, told, asked
before(async () => {
  world = await World.begin(600)
  head = await Desk.as(world, await account(world, '乡镇站长', 'zhanz', '功果桥镇'), { size: SMALL })
  one = await phoneOf(world, '测走访', String(VILLAGE))
  two = await phoneOf(world, '测同事', String(VILLAGE))
})
after(() => world.end())

const act = story('pairs', () => [head])
const open = (more = '') => head.go(`/waiting?area=${TOWNSHIP}&reason=one_going${more}`)
const row = () => head.page.locator('ol.list li', { hasText: '测走访' })
async function shown(name, desk = head) {
  await desk.page.waitForTimeout(300)
  await desk.picture(`pairs-${name}`)
  assert.deepEqual([...(await desk.faults(name)), ...desk.errors], [])
}
async function onPhone(phone, name, path, words, more = {}) {
  for (const size of ['usual', 'largest']) {
    const screen = await Screen.open(world, phone, { size, path: `/#${path}`, ...more })
    await screen.see(words)
    await screen.page.getByText(words).first().scrollIntoViewIfNeeded()
    await screen.picture(`pairs-${name}-${size}`)
    assert.deepEqual([...(await screen.faults(`${name}-${size}`)), ...screen.errors], [])
    await screen.page.context().close()
  }
}
const history = async (phone) => command(phone, 'history', { subject: person.subject, after: null, count: 20 })
/** Figures of the county as the terminal has them: they must not move. */
const figures = () => world.cli('coverage', '--open', 'village', '--format', 'csv')

act('two phones of one village visit one person on one day, and the desk suggests them as one', async () => {
  const found = await command(one, 'search', { typed: '杨四妹', offset: 0, count: 1 })
  person = found[0]
  await visited(one, person)
  // The second went along with somebody, and was told something else.
  const visit = await visited(two, person, false)
  const same = { way: null, late_reason: null, location: null, visited_by: null }
  await command(two, 'set_visit', { visit, ...same, happened: null, companions: ['李主任'] })
  await filled(two, visit, person.subject)
  const { pages } = await command(two, 'form', { visit, subject: person.subject })
  asked = pages.flatMap((page) => page.questions).find((all) => all.relevant && all.kind === 'select_one' && all.choices.length > 1 && all.value === all.choices[0].code)
  await command(two, 'answer', { visit, subject: person.subject, path: asked.path, value: asked.choices[1].code })
  await filled(two, visit, person.subject)
  await command(two, 'finish', { visit })
  for (const phone of [one, two, one]) await command(phone, 'exchange')
  assert.equal((await history(one)).length >= 2, true, 'each phone has both')
  told = await figures()
  await open()
  await row().click()
  await head.see('两个人同一天各记了一次走访')
  await head.see('不同')
  assert.ok(await head.page.getByRole('button', { name: '认作一次 (1)' }).isVisible())
  const [button, pane] = await Promise.all([head.page.getByRole('button', { name: '认作一次 (1)' }).boundingBox(), head.page.locator('.detail').boundingBox()])
  assert.ok(button.y + button.height <= pane.y + pane.height, 'what is to be done is in sight, also in a small window')
  await shown('suggested')
  const text = await head.page.locator('.detail').innerText()
  for (const words of ['测走访', '测同事', '李主任', '见到本人', '走访时间', '县里收到', '回答不同的地方', asked.choices[0].label, asked.choices[1].label]) assert.ok(text.includes(words), `${words}: ${text}`)
})

act('认作一次, by keyboard: it leaves the list, and the person was visited one time less', async () => {
  await head.page.getByLabel('理由（可以不写）').fill('两个人一起去的')
  await head.page.locator('ol.list').focus()
  await head.page.keyboard.press('1')
  await head.see('认作一次：')
  await shown('said')
  await head.press('现在送出')
  await head.quiet()
  await open()
  assert.equal(await row().count(), 0)
  assert.equal(await figures(), told, 'no figure of people moves')
  await head.go(`/subjects/${person.subject}?area=${TOWNSHIP}`)
  await head.see(QUIET)
  await head.see('县里认作与测走访的走访是同一次')
  const title = await head.page.getByRole('heading', { name: /历次走访/ }).innerText()
  const rows = await head.page.locator('.visits tbody tr').count()
  assert.equal(Number(/\d+/.exec(title)[0]), rows - 1, 'counted once, both told')
  await head.page.locator('.visits').scrollIntoViewIfNeeded()
  await shown('person')
  await head.page.locator('.visits tbody tr', { hasText: '测走访' }).first().getByRole('link').last().click()
  await head.see(/县里认作与.*的走访是同一次/)
  await head.see('特殊困难老年人月探访')
  await head.page.getByText('修改记录').first().click()
  await head.see('与另一次走访')
  assert.equal(await head.page.getByText(/[0-9a-f]{32}/).count(), 0, 'nobody reads an id')
  await shown('visit')
})

act('both phones say so in one quiet line', async () => {
  for (const phone of [one, two]) await command(phone, 'exchange')
  const [past] = (await history(one)).filter((visit) => visit.by.includes('测走访'))
  assert.deepEqual(past.one_with, [['测同事']])
  await onPhone(one, 'phone', `/person/${person.subject}`, QUIET)
  await onPhone(one, 'phone-part', `/part/${past.part}`, QUIET)
  const [theirs] = (await history(two)).filter((visit) => visit.by.includes('测同事'))
  assert.deepEqual(theirs.one_with, [['测走访']])
  await onPhone(two, 'phone-english', `/part/${theirs.part}`, 'The county holds this and the visit of 测走访 for one and the same', { language: 'en' })
})

act('taken back with a reason it is suggested again, and the phones forget it', async () => {
  await head.go(`/waiting?area=${TOWNSHIP}&past=1`)
  const line = head.page.locator('tbody tr', { hasText: '认作一次' })
  await line.getByText('两个人一起去的').waitFor()
  await shown('decided')
  await line.getByRole('button', { name: '撤销' }).click()
  const dialog = head.page.getByRole('dialog')
  await dialog.getByLabel('为什么撤销').fill('是上午和下午各去了一次')
  await shown('undo')
  await dialog.getByRole('button', { name: '撤销' }).click()
  await head.see(/已撤销/)
  await open()
  await row().waitFor()
  for (const phone of [one, two]) await command(phone, 'exchange')
  for (const phone of [one, two]) assert.ok((await history(phone)).every((visit) => visit.one_with.length === 0))
})

act('不是同一次: it is not suggested again, and the phones hear nothing of it', async () => {
  await row().click()
  await head.page.getByRole('button', { name: '不是同一次 (2)' }).click()
  await head.press('现在送出')
  await head.quiet()
  await open()
  assert.equal(await row().count(), 0)
  await command(one, 'exchange')
  assert.ok((await history(one)).every((visit) => visit.one_with.length === 0))
  assert.equal(await figures(), told)
})

act('who came along and who wrote for whom is named wherever it is said who visited', async () => {
  const [other] = await command(one, 'search', { typed: '李润珍', offset: 0, count: 1 })
  const colleague = (await command(one, 'colleagues')).find((all) => all.name === '测同事')
  const visit = await visited(one, other, false)
  const same = { way: null, happened: null, late_reason: null, location: null }
  await command(one, 'set_visit', { visit, ...same, visited_by: [colleague.staff], companions: ['李主任'] })
  await filled(one, visit, other.subject)
  await command(one, 'finish', { visit })
  await command(one, 'exchange')
  const [past] = await command(one, 'history', { subject: other.subject, after: null, count: 1 })
  assert.deepEqual([past.by, past.companions, past.recorded_by], [['测同事'], ['李主任'], '测走访'])
  await onPhone(one, 'credit', `/person/${other.subject}`, '测同事，同行：李主任，测走访代记')
  await head.go(`/subjects/${other.subject}?area=${TOWNSHIP}`)
  await head.see('测同事 · 同行：李主任 · 测走访代记')
  await head.page.locator('.visits').scrollIntoViewIfNeeded()
  await shown('credit')
  await head.page.locator('.visits tbody tr', { hasText: '测同事' }).first().getByRole('link').last().click()
  await head.see('代记人')
  await head.see('李主任')
  await shown('credit-visit')
  const list = await world.cli('coverage', '--list', 'met', '--area', String(VILLAGE), '--format', 'csv')
  assert.ok(list.includes('测同事（同行：李主任）（代记：测走访）'), list.slice(0, 600))
})

act('in English, wide, at a desk of the county', async () => {
  await visited(two, person)
  await command(two, 'exchange')
  const admin = await Desk.as(world, await account(world, '县管理员', 'yangyq'), { language: 'en', size: WIDE })
  await admin.go('/waiting?reason=one_going')
  await admin.page.locator('ol.list li', { hasText: '测走访' }).first().click()
  await admin.quiet()
  await shown('english', admin)
  // A child's answers are for nobody here.
  await admin.page.locator('ol.list li', { hasText: '*' }).first().click()
  await admin.quiet()
  await shown('child', admin)
})
