// 5,000 people on one phone, a village of one, and one of nobody.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { command, phoneOf, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const MANY = 5_000
const worlds = []
after(() => Promise.all(worlds.map((world) => world.end())))

async function begun(subjects, months) {
  const world = await World.begin(subjects, months)
  worlds.push(world)
  return world
}

test('a village of one, and one of nobody: 0 of 0 is a sentence, not a fault', async () => {
  const world = await begun(150)
  const { rows } = JSON.parse(await world.cli('coverage', '--open', 'village', '--format', 'json'))
  const of = (people) => rows.find((row) => row.register === people && row.due === people)
  const one = await phoneOf(world, '单一村', String(of(1).area))
  // Nobody is asked for in this village, and whoever lives there moves away.
  const asked = new Set(rows.map((row) => String(row.area)))
  const villages = (await world.cli('staff', 'list')).match(/5329\d{8}/g)
  const code = villages.find((village) => !asked.has(village) && !village.endsWith('000'))
  const nobody = await phoneOf(world, '空一村', code)
  const elsewhere = String(rows.find((row) => row.register > 1).area)
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const all = { village: null, group: null, household: null, offset: 0, count: 50 }
  for (const { subject } of await command(nobody, 'people', all)) {
    await world.cli('person', 'move', subject, elsewhere, '--from', today)
  }
  await command(nobody, 'exchange')
  for (const [name, phone] of [['单一村', one], ['空一村', nobody]]) {
    const screen = await Screen.open(world, phone)
    await screen.see(name === '空一村' ? '本期应走访 0 人，已走访 0 人' : /本期应走访 1 人，已走访 [01] 人/)
    await screen.shownInBoth(`many-${name === '空一村' ? 'nobody' : 'one'}-today`)
    await screen.link('名单')
    if (name === '空一村') {
      await screen.see('名单里还没有人')
      await screen.shownInBoth('many-nobody-people')
    } else {
      await screen.page.locator('.body li').first().waitFor()
      assert.equal(await screen.page.locator('.body li').count(), 1)
    }
    assert.deepEqual(screen.errors, [])
  }
})

test('5,000 people: lists grow by pages, a search finds at once', { timeout: 240_000 }, async () => {
  const world = await begun(MANY, 0)
  const phone = await phoneOf(world, '全县人', '云龙县')
  const screen = await Screen.open(world, phone)
  await screen.see(/本期应走访 \d{4} 人/)
  await screen.shownInBoth('many-today')
  await screen.link('名单')
  await screen.page.locator('.body li').nth(20).waitFor()
  const rows = await screen.page.locator('.body li').count()
  assert.ok(rows <= 60, `${rows} rows at first`)
  for (let more = 0; more < 7; more++) {
    const gap = await screen.page.locator('.body:visible').evaluate((one) => one.scrollHeight)
    await screen.tap('再看一些')
    await screen.page.waitForFunction((before) => [...document.querySelectorAll('.body')].find((one) => one.clientHeight).scrollHeight > before, gap)
  }
  // 400 rows, of which those about the screen are drawn, wherever it is scrolled to; nothing jumps.
  for (const part of [0.5, 0.1, 0.9, 0]) {
    const at = await screen.page.locator('.body:visible').evaluate((one, to) => (one.scrollTop = one.scrollHeight * to), part)
    await screen.page.waitForFunction(() => {
      const one = [...document.querySelectorAll('.body')].find((each) => each.clientHeight)
      const box = one.getBoundingClientRect()
      return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest('li')
    })
    const drawn = await screen.page.locator('.body:visible li').count()
    assert.ok(drawn > 0 && drawn <= 150, `${drawn} rows drawn of 400 at ${part}`)
    if (part === 0) assert.equal(at, 0)
  }
  await screen.page.getByRole('searchbox').pressSequentially('yxm')
  await screen.page.waitForFunction(() => document.querySelectorAll('.home').length === 0)
  await screen.page.locator('.body li').first().waitFor()
  await screen.shownInBoth('many-people-found')
  // A key draws what is seen, at once; what lies below follows when the typing rests.
  await screen.page.getByRole('searchbox').fill('')
  await screen.page.locator('.home').first().waitFor()
  const drawn = await screen.page.evaluateHandle(() => {
    const counts = []
    new MutationObserver(() => document.querySelector('.home') ?? counts.push(document.querySelectorAll('.body li').length)).observe(document.querySelector('.body'), { childList: true, subtree: true })
    return counts
  })
  await screen.page.getByRole('searchbox').pressSequentially('y')
  await screen.page.locator('.body li').nth(14).waitFor()
  const counts = await drawn.jsonValue()
  assert.ok(counts[0] <= 7, `${counts[0]} rows at the first stroke`)
  assert.equal(counts[counts.length - 1], 15)
  await screen.page.locator('.body li a').nth(14).click()
  await screen.see('要做什么')
  await screen.page.goBack()
  // Few of 5,000 are destitute: all of them are looked at, within one breath also when nothing is optimised.
  await screen.page.getByRole('searchbox').fill('')
  await screen.page.locator('.home').first().waitFor()
  const began = Date.now()
  await screen.page.getByLabel('哪一类人').selectOption({ label: '特困' })
  await screen.page.waitForFunction(() => [...document.querySelectorAll('.body li')].every((row) => row.innerText.includes('特困')))
  const took = Date.now() - began
  assert.ok(took < 3_000, `${took} ms`)
  await screen.page.locator('.body li').first().waitFor()
  await screen.shownInBoth('many-people-kind')
  assert.deepEqual(screen.errors, [])
})
