// Looking for somebody: 名单 by who people are, 记录 as 名单 is searched; and what is found is told in words.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { command, Screen } from './lib/phone.mjs'
import { set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

let world, stage, screen

before(async () => {
  world = await World.begin(150)
  stage = await set(world)
  screen = await Screen.open(world, stage.one, { path: '/#/people' })
  await screen.page.locator('.body li').first().waitFor()
})
after(() => world.end())

const kind = (one, which) => one.page.getByLabel('哪一类人').selectOption({ label: which })
const rows = (one) => one.page.locator('.body li').allInnerTexts()
/** Waits until the list is as the client answers it. */
async function lists(one, wanted) {
  await one.page.waitForFunction((count) => document.querySelectorAll('.body li').length === count, wanted)
  return rows(one)
}
const asked = (more) => ({ village: null, group: null, household: null, listed_as: null, offset: 0, count: 50, ...more })

test('名单 shows those of one kind: alone, within a group, and in a search', async () => {
  const all = await command(stage.one, 'people', asked())
  const children = await command(stage.one, 'people', asked({ listed_as: 'child' }))
  assert.ok(children.length > 0 && children.length < all.length, `${children.length} of ${all.length}`)
  await kind(screen, '儿童')
  for (const row of await lists(screen, children.length)) assert.match(row, /儿童|[男女](\d|1[0-7])( |$)/)
  await kind(screen, '全部类别')
  await lists(screen, all.length)
  const groups = screen.page.getByLabel('哪个小组')
  await groups.selectOption({ index: 1 })
  const [group] = await command(stage.one, 'groups')
  const elders = await command(stage.one, 'people', asked({ village: group.village, group: group.group, listed_as: 'elder' }))
  await kind(screen, '老人')
  await lists(screen, elders.length)
  await kind(screen, '儿童')
  await screen.page.getByRole('searchbox').fill('z')
  const found = await command(stage.one, 'search', { typed: 'z', listed_as: 'child', offset: 0, count: 50 })
  assert.ok(found.length > 0)
  await lists(screen, found.length)
  await screen.page.getByRole('searchbox').fill('')
  await groups.selectOption({ index: 0 })
  await kind(screen, '全部类别')
})

test('whoever lives in the same home stands under a person, be it one or several', async () => {
  const seen = new Set()
  for (const one of await command(stage.one, 'people', asked())) {
    const { members } = await command(stage.one, 'person', { subject: one.subject })
    if (seen.has(Math.min(members.length, 2))) continue
    seen.add(Math.min(members.length, 2))
    await screen.page.evaluate((to) => (location.hash = to), `/person/${one.subject}`)
    await screen.page.getByRole('heading', { level: 1, name: one.name }).waitFor()
    await screen.page.waitForTimeout(200)
    assert.equal(await screen.page.locator('.home a.line-card:visible').count(), members.length)
  }
  assert.deepEqual([...seen].sort(), [0, 1, 2])
  await screen.page.evaluate(() => (location.hash = '/people'))
  await screen.page.locator('.body li').first().waitFor()
})

test('a kind of whom nobody is here says so, and the way back is one tap', async () => {
  const none = []
  for (const of of ['destitute', 'disabled', 'other', 'allowance']) {
    if ((await command(stage.one, 'people', asked({ listed_as: of }))).length === 0) none.push(of)
  }
  const words = { destitute: '特困', disabled: '残疾', other: '其他', allowance: '低保' }
  // Somebody of each may live here: then nobody of them is called so.
  const typed = none.length ? '' : 'qqqq'
  await screen.page.getByRole('searchbox').fill(typed)
  await kind(screen, words[none[0] ?? 'destitute'])
  await screen.see(typed ? /里没找到这个人/ : /这里没有“.+”这一类的人/)
  await screen.tap(typed ? '全部类别' : '看全部')
  await screen.page.getByRole('searchbox').fill('')
  await screen.page.locator('.body li').first().waitFor()
  assert.equal(await screen.page.getByLabel('哪一类人').inputValue(), '')
})

test('记录 is searched as 名单 is', async () => {
  await screen.link('记录')
  const visits = screen.page.locator('.body li a[href*="/record/"]')
  const all = (await command(stage.one, 'records', { filter: 'all', typed: '', before: null, count: 40 })).length
  assert.ok(all > 1)
  await visits.nth(all - 1).waitFor()
  for (const typed of ['张娣', 'zhangdi', 'zd']) {
    await screen.page.getByRole('searchbox').fill(typed)
    const [row] = await lists(screen, 1)
    assert.match(row, /张娣/)
  }
  await screen.page.getByRole('searchbox').fill('没有这个人')
  await screen.see('没找到这样的走访记录')
  await screen.page.getByRole('searchbox').fill('')
  await visits.nth(all - 1).waitFor()
  assert.equal(await visits.count(), all)
})

test('a telephone number that is none is told where it is typed, and stays there to be put right', async () => {
  await screen.page.goto(`${stage.one.url}/?number#/person/${stage.person.subject}`)
  await screen.page.getByRole('button', { name: /(更正|补充) 本人/ }).click()
  const field = screen.page.getByRole('textbox', { name: /电话/ })
  await field.fill('12345')
  await screen.tap('保存')
  const told = screen.page.locator('form').getByRole('alert')
  await told.waitFor()
  assert.match(await told.innerText(), /不是电话号码（7 到 12 位数字）/)
  assert.equal(await field.inputValue(), '12345')
  await screen.shownInBoth('correct-wrong')
})

/** Which fonts a text is drawn with, and whether each came with the app. */
async function fonts(page, selector) {
  const devtools = await page.context().newCDPSession(page)
  const { root } = await devtools.send('DOM.getDocument')
  const { nodeId } = await devtools.send('DOM.querySelector', { nodeId: root.nodeId, selector })
  await devtools.send('CSS.enable')
  return (await devtools.send('CSS.getPlatformFontsForNode', { nodeId })).fonts
}

test('characters that fonts of phones lack come with the app, and only when one of them stands on a page', async () => {
  const other = await Screen.open(world, stage.one, { path: '/#/me' })
  try {
    await other.page.locator('.body .card').first().waitFor()
    const loaded = () => other.page.evaluate(() => [...document.fonts].map((face) => face.status))
    assert.deepEqual(await loaded(), ['unloaded'])
    await other.page.goto(`${stage.one.url}/?rare#/person/${stage.person.subject}`)
    await other.page.getByRole('button', { name: '更正 怎么找到这家' }).click()
    const rare = '𬍛𪟝䶮𫖯𬭚鿍'
    await other.page.getByRole('textbox', { name: '怎么找到这家' }).fill(`过了${rare}桥`)
    await other.tap('保存')
    await other.page.waitForFunction(() => [...document.fonts].every((face) => face.status === 'loaded'))
    await other.page.locator('.body').getByText(rare).evaluate((one) => (one.id = 'rare'))
    const drawn = await fonts(other.page, '#rare')
    // 䶮 was among the first rare characters that every phone sold in China has to show.
    assert.deepEqual(drawn.filter((one) => one.isCustomFont).map((one) => one.glyphCount), [5])
    assert.equal(drawn.reduce((sum, one) => sum + one.glyphCount, 0), 9)
    await other.shownInBoth('person-rare')
  } finally {
    await other.page.context().close()
  }
})

test('long names and long ways stand whole, and neighbours of one name are told apart', async () => {
  const [group] = await command(stage.one, 'groups')
  const name = '吉克·阿鲁沙马木果惹'
  for (const nickname of ['核桃树下的', '老磨坊边的']) {
    const asked = { name, nickname, village: group.village, household: null, sex: '2', born: null, phone: null, pinyin: null, another: true }
    const { record } = await command(stage.one, 'register_person', asked)
    const { seen } = await command(stage.one, 'person', { subject: record.id })
    await command(stage.one, 'correct_contact', { record, key: 'directions', value: '从村委会往北走过石拱桥沿机耕路到水磨房左手第三家', seen })
  }
  await screen.page.goto(`${stage.one.url}/?long#/people`)
  await screen.page.getByRole('searchbox').fill('jkals')
  const rows = await lists(screen, 2)
  assert.equal(new Set(rows).size, 2, rows.join(' | '))
  for (const row of rows) assert.ok(row.includes(name), row)
  await screen.shownInBoth('people-long-names')
  await screen.tap('清掉输入的')
  assert.equal(await screen.page.getByRole('searchbox').inputValue(), '')
  await screen.page.getByRole('searchbox').fill('jkals')
  await lists(screen, 2)
  await screen.page.locator('.body li a').first().click()
  await screen.see('从村委会往北走过石拱桥')
  await screen.shownInBoth('person-long-name')
})

test('where words are meant no code is shown, in any list of people and visits', async () => {
  const seen = []
  for (const path of ['/today', '/people', '/records', `/person/${stage.person.subject}`, `/history/${stage.person.subject}`, `/record/${stage.received}`, `/part/${stage.part}`, `/visit/${stage.draft}`, '/me']) {
    await screen.page.goto(`${stage.one.url}/?words${seen.length}#${path}`)
    await screen.page.locator('.body .card, .body li').first().waitFor()
    await screen.page.waitForTimeout(200)
    for (let more = screen.page.getByRole('button', { name: /^再看/ }); await more.count(); ) {
      const before = await screen.page.locator('.body li').count()
      await more.first().click()
      await screen.page.waitForFunction((was) => document.querySelectorAll('.body li').length > was, before)
    }
    const words = await screen.body()
    assert.match(words, /\p{Script=Han}/u, path)
    // What may stand in Latin letters: bytes, the name of the other language, versions, and the number of a phone.
    const left = words.replace(/\d[\d.]*\s[KMG]B|English|版本 .*|手机编号 .*/g, '')
    seen.push(...(left.match(/.{0,12}[A-Za-z_]{2,}.{0,12}/g) ?? []).map((found) => `${path}: ${found}`))
  }
  assert.deepEqual(seen, [])
})

test('a page makes no fault of its own', () => assert.deepEqual(screen.errors, []))
