// 没见到 with everything that belongs to it, somebody who is not on the list, and what a step back must not lose.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { command, Screen } from './lib/phone.mjs'
import { set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

let world, stage, screen

before(async () => {
  world = await World.begin(300)
  stage = await set(world)
  screen = await Screen.open(world, stage.one, { path: '/#/today' })
  await screen.page.locator('.body .row').first().waitFor()
})
after(() => world.end())

const page = () => screen.page
const field = (name) => page().getByRole('textbox', { name })
/** The arrow, and the same way again. */
async function backAndAgain(path) {
  await screen.tap('返回')
  await page().waitForURL((url) => !url.hash.startsWith(`#${path.split('?')[0]}`))
  await page().evaluate((to) => (location.hash = to), path)
  await page().waitForURL((url) => url.hash === `#${path}`)
}
async function open(path) {
  await page().evaluate((to) => (location.hash = to), path)
  await page().waitForURL((url) => url.hash === `#${path}`)
}
const found = async (typed) => (await command(stage.one, 'search', { typed, offset: 0, count: 1 }))[0]

test('what was typed and ticked is there again after a step back', async () => {
  await open('/register')
  await field(/^姓名/).fill('阿四奶奶')
  await field('电话（可不填）').fill('1071234')
  await backAndAgain('/register')
  assert.equal(await field(/^姓名/).inputValue(), '阿四奶奶')
  assert.equal(await field('电话（可不填）').inputValue(), '1071234')

  await open('/urgent')
  await field('看到什么').fill('门一直锁着')
  await backAndAgain('/urgent')
  assert.equal(await field('看到什么').inputValue(), '门一直锁着')

  const start = `/start?household=${stage.person.household}&subject=${stage.person.subject}&way=home`
  await open(start)
  await page().getByRole('button', { name: '在别处见面' }).click()
  await page().getByRole('button', { name: '集市' }).click()
  await backAndAgain(start)
  assert.equal(await page().getByRole('button', { name: '集市', pressed: true }).count(), 1)

  const missed = `/not-met?subject=${stage.person.subject}`
  await open(missed)
  await screen.tap('住院')
  await page().getByLabel('在哪家医院（可不填）').fill('县医院')
  await backAndAgain(missed)
  assert.equal(await page().getByLabel('在哪家医院（可不填）').inputValue(), '县医院')

  await open(`/person/${stage.person.subject}`)
  await screen.tap('更正 怎么找到这家')
  await field('怎么找到这家').fill('过了桥右手第二家')
  await page().goBack()
  await field('怎么找到这家').waitFor({ state: 'hidden' })
  await screen.tap('更正 怎么找到这家')
  assert.equal(await field('怎么找到这家').inputValue(), '过了桥右手第二家')
  await screen.tap('保存')
  await page().locator('.body .way').getByText('过了桥右手第二家').waitFor()
  // As long as the sheet lies there, a change of address would be the step that closes it.
  await field('怎么找到这家').waitFor({ state: 'hidden' })

  await open(`/visit/${stage.draft}`)
  // By its whole name: the page that is just leaving has a button for what was found, too.
  const note = () => page().getByRole('button', { name: '发现了别的问题', exact: true }).first()
  await note().click()
  await page().locator('#found').fill('屋顶漏雨')
  await page().goBack()
  await page().locator('#found').waitFor({ state: 'hidden' })
  await note().click()
  assert.equal(await page().locator('#found').inputValue(), '屋顶漏雨')
  await page().goBack()
})

test("another person's page is another page, whichever way it is reached", async () => {
  const [one, two] = [await found('杨四妹'), await found('张娣')]
  await open(`/person/${one.subject}`)
  await page().getByRole('heading', { level: 1, name: one.name }).waitFor()
  await open(`/person/${two.subject}`)
  await page().getByRole('heading', { level: 1, name: two.name }).waitFor()
  await page().goBack()
  await page().getByRole('heading', { level: 1, name: one.name }).waitFor()
  await screen.tap('开始走访')
  await page().getByRole('checkbox', { name: new RegExp(one.name), checked: true }).waitFor()
  // One address after the other: neither household nor person of the first is left.
  for (const who of [two, one]) {
    await open(`/start?${who.household ? `household=${who.household}&` : ''}subject=${who.subject}&way=home`)
    await page().locator('.who li').first().waitFor()
    assert.match(await page().locator('.who').innerText(), new RegExp(who.name))
  }
  await open(`/not-met?subject=${two.subject}`)
  await open(`/not-met?subject=${one.subject}`)
  await page().getByRole('heading', { level: 1, name: `没见到${one.name}` }).waitFor()
})

test('a list comes back where it was scrolled to', async () => {
  for (const [path, rows] of [['/people', '.body .home, .body li'], ['/today', '.body .row']]) {
    await open(path)
    await page().locator(rows).nth(8).waitFor()
    const body = page().locator('.body:visible')
    await body.evaluate((one) => one.scrollTo(0, 700))
    await page().waitForTimeout(100)
    const before = await body.evaluate((one) => one.scrollTop)
    assert.ok(before > 300, `${path} scrolls: ${before}`)
    await page().locator('.body:visible a[href*="/person/"]').nth(7).evaluate((one) => one.click())
    await page().getByRole('button', { name: '开始走访' }).waitFor()
    await screen.tap('返回')
    await page().locator(rows).nth(8).waitFor()
    await page().waitForFunction((wanted) => Math.abs([...document.querySelectorAll('.body')].find((one) => one.clientHeight).scrollTop - wanted) < 2, before)
  }
})

test('没见到 of twelve days ago asks why it is entered now, and is kept', async () => {
  const person = await found('张娣')
  await open(`/not-met?subject=${person.subject}`)
  await screen.tap('没在家')
  await page().getByLabel('什么时候再来？（可不填）').fill('赶集那天')
  await screen.tap('改：什么时候走访的？')
  const day = new Date(Date.now() + 8 * 3_600_000 - 12 * 86_400_000).toISOString().slice(0, 10)
  await page().locator('#day').fill(day)
  await screen.tap('就是这一天')
  await screen.tap('存在手机里')
  await page().getByRole('alert').waitFor()
  await field('为什么现在才记（补记的原因）').fill('山路断了十天')
  await screen.shownInBoth('not-met-late')
  await screen.tap('存在手机里')
  await screen.see('已存在手机里，不会丢。')
  const history = await command(stage.one, 'history', { subject: person.subject, after: null, count: 9 })
  const kept = history.find((one) => one.reason === 'not_at_home')
  assert.deepEqual([kept.day, kept.come_again], [day, '赶集那天'])
  assert.equal((await command(stage.one, 'part', { part: kept.part })).late_reason, '山路断了十天')
  await open(`/part/${kept.part}`)
  await screen.see('说好再来：赶集那天')
  await screen.shownInBoth('part-not-met')
})

test('a call that nobody answered is no 上门, and the time that was chosen is not asked again', async () => {
  const person = await found('何七云')
  await open(`/start?subject=${person.subject}&way=phone`)
  await page().getByRole('button', { name: '电话', pressed: true }).waitFor()
  await screen.tap('改：什么时候走访的？')
  await screen.tap('昨天下午')
  await screen.link('都没见到')
  await screen.see('怎么联系的：电话')
  await screen.see(/走访时间：昨天下午/)
  await screen.tap('走亲戚')
  await screen.tap('存在手机里')
  await screen.see('已存在手机里，不会丢。')
  const [kept] = await command(stage.one, 'history', { subject: person.subject, after: null, count: 1 })
  assert.deepEqual([kept.way, kept.reason], ['phone', 'at_relatives'])
})

test('each of the three kinds of 没见到 says what it does, and is kept as it was said', async () => {
  const person = await found('李润珍')
  const kinds = [['路不通', '下次再去，名单上还留着。', 'road_blocked'], ['住院', '先不再提醒您。', 'hospital'], ['不愿接受走访', '请隔几天再试一次。', 'refused']]
  for (const [reason, effect, code] of kinds) {
    await open(`/person/${person.subject}`)
    await screen.link('没见到')
    await screen.tap(reason)
    await screen.see(new RegExp(effect))
    await screen.tap('存在手机里')
    await screen.see('已存在手机里，不会丢。')
    const all = await command(stage.one, 'history', { subject: person.subject, after: null, count: 9 })
    assert.ok(all.some((one) => one.reason === code), code)
  }
})

test('whoever is registered under a name that is on the list is shown who that is, and may be another', async () => {
  const person = await found('杨四妹')
  await open('/register')
  await field(/^姓名/).fill(person.name)
  if (await page().getByRole('button', { name: /村/, pressed: true }).count() === 0) await page().locator('.choices').first().locator('button').first().click()
  await field('电话（可不填）').fill('')
  await screen.tap('登记')
  await screen.see('这里已经登记过叫这个名字的人')
  await screen.shownInBoth('register-there')
  assert.match(await page().locator('.note a').getAttribute('href'), new RegExp(person.subject))
  await screen.tap('是另一个人，照样登记')
  await page().getByRole('button', { name: '开始走访' }).waitFor()
  const namesakes = (await command(stage.one, 'search', { typed: person.name, offset: 0, count: 9 })).filter((one) => one.name === person.name)
  assert.equal(namesakes.length, 2)
})

test('what belongs to another reason, or to a time that was chosen before, is not sent', async () => {
  const person = await found('何七云')
  await open(`/start?subject=${person.subject}&way=home`)
  await screen.tap('改：什么时候走访的？')
  await screen.tap('昨天上午')
  await screen.link('都没见到')
  await screen.tap('住院')
  await page().getByLabel('在哪家医院（可不填）').fill('县医院内科')
  await screen.tap('没在家')
  await screen.tap('存在手机里')
  await screen.see('已存在手机里，不会丢。')
  const all = await command(stage.one, 'history', { subject: person.subject, after: null, count: 9 })
  const kept = all.find((one) => one.reason === 'not_at_home')
  assert.deepEqual([kept.reason_words, kept.reason_from], [null, null])
  // What was finished leaves nothing for the next time.
  await open(`/start?subject=${person.subject}&way=home`)
  await screen.see('走访时间：就是现在')
})

test('a reason that was typed a moment ago is said before the visit is finished: one tap is enough', async () => {
  const person = await found('何七云')
  const day = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10)
  const { visit } = await command(stage.one, 'start_visit', { household: null, place: null, subjects: [{ subject: person.subject, met: 'none' }], way: 'home', happened: { day } })
  await command(stage.one, 'set_met', { visit, subject: person.subject, met: 'none', reason: 'not_at_home', reason_words: null, reason_from: null, come_again: null })
  await open(`/visit/${visit}`)
  await page().route('**/call/set_visit', async (route) => {
    await new Promise((passed) => setTimeout(passed, 500))
    await route.continue()
  })
  await field('为什么现在才记（补记的原因）').fill('山路断了十天')
  await screen.tap('填完了，存好')
  await screen.see('已存在手机里，不会丢。')
  await page().unroute('**/call/set_visit')
})

test('a change that could not be saved is not forgotten when the visit is finished: it is tried again, or given up by a tap', async () => {
  const person = await found('何七云')
  const full = (what) => page().route(`**/call/${what}`, (route) => route.fulfill({ status: 422, json: { code: 'disk_full', advice: 'retry', params: {} } }))
  const day = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10)
  const start = async () => {
    const { visit } = await command(stage.one, 'start_visit', { household: null, place: null, subjects: [{ subject: person.subject, met: 'none' }], way: 'home', happened: { day } })
    await command(stage.one, 'set_met', { visit, subject: person.subject, met: 'none', reason: 'not_at_home', reason_words: null, reason_from: null, come_again: null })
    await command(stage.one, 'set_visit', { visit, way: null, happened: null, visited_by: null, companions: null, late_reason: '忘了带手机', location: null })
    await open(`/visit/${visit}`)
    return visit
  }
  const kept = async (visit) => (await command(stage.one, 'visit', { visit })).late_reason
  const visit = await start()
  await full('set_visit')
  await field('为什么现在才记（补记的原因）').fill('山路断了十天')
  for (const tap of ['填完了，存好', '填完了，存好']) {
    await screen.tap(tap)
    await screen.see('手机空间不够，刚才这一步没有存上')
    await page().waitForTimeout(300)
    assert.equal(await kept(visit), '忘了带手机', 'it is not finished without it')
  }
  await screen.shownInBoth('visit-unsaved')
  await page().unroute('**/call/set_visit')
  // On another page of the visit too: there is room again, and it is said as soon as one comes back.
  await open('/records')
  await screen.see('要您看看')
  await open(`/visit/${visit}`)
  await page().waitForFunction(() => !document.body.innerText.includes('没有存上'))
  assert.equal(await kept(visit), '山路断了十天')
  await full('set_visit')
  await field('为什么现在才记（补记的原因）').fill('说错了')
  await screen.tap('填完了，存好')
  await screen.tap('刚才的改动不要了')
  assert.equal(await field('为什么现在才记（补记的原因）').inputValue(), '山路断了十天', 'what stands is shown')
  await screen.tap('填完了，存好')
  await screen.see('已存在手机里，不会丢。')
  await page().unroute('**/call/set_visit')
})

test('an answer that could not be saved is not forgotten when the form is finished', async () => {
  const { visit } = await command(stage.one, 'start_visit', { household: null, place: null, subjects: [{ subject: stage.person.subject, met: 'self' }], way: 'home', happened: null })
  await open(`/visit/${visit}/form/${stage.person.subject}`)
  await screen.fill()
  let lost = true
  await page().route('**/call/answer', (route) => (lost ? route.fulfill({ status: 422, json: { code: 'disk_full', advice: 'retry', params: {} } }) : route.continue()))
  const words = page().locator('.body textarea:visible').last()
  await words.fill('想要一床厚被子')
  await screen.tap('填完了，存好')
  await screen.see('手机空间不够，刚才这一步没有存上')
  assert.equal(await words.inputValue(), '想要一床厚被子', 'what was typed stands there')
  await screen.looked('刚才这一步没有存上', 'form-unsaved')
  lost = false
  await screen.tap('填完了，存好')
  await screen.see('已存在手机里，不会丢。')
  await page().unroute('**/call/answer')
  const [{ part }] = await command(stage.one, 'history', { subject: stage.person.subject, after: null, count: 1 })
  const { answers } = await command(stage.one, 'part', { part })
  assert.ok(answers.some((one) => one.words.includes('想要一床厚被子')), JSON.stringify(answers.slice(-3)))
})

test('填完了，存好 tapped twice makes one visit, also while the phone is slow', async () => {
  const person = await found('张娣')
  const visits = async () => (await command(stage.one, 'history', { subject: person.subject, after: null, count: 50 })).length
  const records = async () => (await command(stage.one, 'records', { filter: 'all', typed: '', before: null, count: 200 })).length
  const [before, listed] = [await visits(), await records()]
  const { visit } = await command(stage.one, 'start_visit', { household: null, place: null, subjects: [{ subject: person.subject, met: 'none' }], way: 'home', happened: null })
  await command(stage.one, 'set_met', { visit, subject: person.subject, met: 'none', reason: 'not_at_home', reason_words: null, reason_from: null, come_again: null })
  await open(`/visit/${visit}`)
  let finishes = 0
  await page().route('**/call/finish', async (route) => {
    finishes++
    await new Promise((passed) => setTimeout(passed, 400))
    await route.continue()
  })
  await page().getByRole('button', { name: '填完了，存好' }).dblclick()
  await screen.see('已存在手机里，不会丢。')
  await page().waitForTimeout(600)
  await page().unroute('**/call/finish')
  assert.equal(finishes, 1)
  assert.deepEqual([await visits(), await records()], [before + 1, listed + 1])
  // Asked again behind the screen, it is the same visit.
  const [one, two] = [await command(stage.one, 'finish', { visit }), await command(stage.one, 'finish', { visit })]
  assert.equal(one.visit, two.visit)
  assert.equal(await visits(), before + 1)
})

test('a visit that was put away is not filled in or finished before it is brought back', async () => {
  const person = await found('何七云')
  const subjects = [{ subject: person.subject, met: 'none' }]
  const { visit } = await command(stage.one, 'start_visit', { household: null, place: null, subjects, way: 'home', happened: null })
  await command(stage.one, 'set_met', { visit, subject: person.subject, met: 'none', reason: 'boarding', reason_words: '诺邓小学', reason_from: null, come_again: null })
  await open(`/visit/${visit}`)
  // What was said of a person stands in their sheet, and what is refused stays there.
  await screen.tap('改：见到没有')
  assert.equal(await page().getByLabel('哪所学校（可不填）').inputValue(), '诺邓小学')
  await page().locator('input[type=date]:visible').first().fill('2099-01-01')
  await page().locator('form, .why').getByRole('button', { name: '保存' }).click()
  await screen.see(/要写今天或以前的日子/)
  assert.equal(await page().getByLabel('哪所学校（可不填）').inputValue(), '诺邓小学')
  await page().goBack()
  await screen.tap('放弃这次填写（30 天内可以找回）')
  await page().waitForURL(/records/)
  await page().evaluate((to) => (location.hash = to), `/visit/${visit}`)
  await screen.see('这次走访您放弃了')
  assert.equal(await page().getByRole('button', { name: '填完了，存好' }).count(), 0)
  await screen.shownInBoth('visit-put-away')
  await page().evaluate((to) => (location.hash = to), `/visit/${visit}/form/${person.subject}`)
  await screen.link('去找回')
  await screen.tap('找回，接着填')
  await page().getByRole('button', { name: '填完了，存好' }).waitFor()
  await command(stage.one, 'discard_draft', { visit })
})

test('a double tap turns one page', async () => {
  await open(`/visit/${stage.draft}/form/${stage.person.subject}`)
  await page().locator('.progress').waitFor()
  const at = async () => Number(/第 (\d+) 页/.exec(await page().locator('.progress').innerText())[1])
  while ((await at()) > 1) {
    const before = await page().locator('.progress').innerText()
    await screen.tap('上一页')
    await page().waitForFunction((was) => document.querySelector('.progress').innerText !== was, before)
  }
  await page().getByRole('button', { name: '下一页' }).dblclick()
  await page().waitForTimeout(300)
  assert.equal(await at(), 2)
})

test('a wait at the lock is told in minutes, and a phone that slept looks how long there is left', async () => {
  let wait = 1750
  await page().route('**/call/status', (route) => route.fulfill({ json: { phase: 'locked', wait_s: wait } }))
  await screen.away()
  await screen.see('请等 30 分钟再试。')
  assert.ok(await page().getByRole('button', { name: '1', exact: true }).isDisabled())
  wait = 0
  await page().evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await screen.gone('请等 30 分钟再试。')
  await page().unroute('**/call/status')
  await screen.unlock()
})

test('a page makes no fault of its own', () => assert.deepEqual(screen.errors, []))
