// The story, by clicking: two phones of one village, no signal in between, one county.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk } from './lib/console.mjs'
import { Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const VILLAGE = '民主村委会'
const [FIRST, SECOND] = ['董正雄', '段树龙']
let world, one, two, desk
const act = story('story', () => [one, two])

const figures = async () => JSON.parse(await world.cli('coverage', '--area', VILLAGE, '--format', 'json')).total

before(async () => {
  world = await World.begin(150)
  one = await Screen.open(world, await world.phone('one'))
  two = await Screen.open(world, await world.phone('two'))
})
after(() => world.end())

act('a phone is enrolled from its sheet, and has its villages', async () => {
  await one.enrol(await world.sheet(FIRST))
  await two.enrol(await world.sheet(SECOND))
  assert.match(await one.body(), /本期应走访 \d+ 人，已走访 \d+ 人/)
})

act('the six digits are those of the county', async () => {
  await one.link('我的')
  await one.see(`县密钥 ${world.fingerprint}`)
  await one.link('今日')
})

let met, asked
act('without signal a visit of three parts is kept on the phone, and nothing promises more', async () => {
  met = (await figures()).met
  asked = (await one.body()).split(/\s+/)
  await one.signal(false)
  await one.row(/李润珍\s*女76/)
  await one.tap('开始走访')
  await one.see('这次见到了谁？')
  for (const name of [/^周\*/, /^周四泽/]) await one.tap(name, { role: 'checkbox' })
  await one.tap('下一步')
  for (const last of [false, false, true]) {
    await one.fill()
    if (!last) await one.tap(/^下一个人：/)
  }
  await one.finish()
  await one.see('到有信号的地方打开本应用，就会上传。')
  await one.see('现在连不上县里')
  assert.doesNotMatch(await one.body(), /自动|县里已收到|正在上传/)
  await one.link('回到今日')
  await one.see('有 1 次走访还在手机里')
  await one.link('记录')
  await one.see('等待上传')
  assert.equal((await figures()).met, met, 'the county knows nothing of it yet')
})

act('a visit of yesterday is entered from the notebook, for a colleague, with a companion', async () => {
  await one.link('今日')
  await one.row(/杨桂芝\s*女71/)
  await one.tap('开始走访')
  await one.tap('改：什么时候走访的？')
  await one.tap('昨天上午')
  await one.tap('下一步')
  await one.fill()
  await one.tap('返回')
  await one.see('走访时间：昨天上午')
  await one.tap('改：谁去走访的')
  await one.tap(/^董正雄/, { role: 'checkbox' })
  await one.tap(/^段树龙/, { role: 'checkbox' })
  await one.see('这次算替同事代记')
  await one.page.getByLabel('同行人').fill('和丽、李强')
  await one.tap('保存')
  await one.see('谁去的：段树龙、和丽、李强')
  await one.finish()
  await one.link('回到今日')
})

act('back in signal the county has it: with digits, and with a time', async () => {
  await one.signal(true)
  await one.link('记录')
  await one.see(/都传完了|没有要上传的/)
  const rows = await one.body()
  assert.equal(rows.match(/县里已收到 · 回执 \d{4}\s\d{4}\s\d/g)?.length, 2, rows)
  assert.ok(rows.includes('补记'), 'entered on a later day')
  await one.row('李润珍家')
  await one.see(/县里收到：今天 \d\d:\d\d/)
  assert.ok((await figures()).met > met)
})

act('an answer is amended, and what became of it is told', async () => {
  await one.row('李润珍')
  await one.see('当时的回答')
  await one.tap('更正：行动能力')
  await one.tap('差')
  await one.tap('保存')
  await one.see('更正已存在手机里')
  await one.quiet()
  await one.tap('返回')
  await one.see('县里已收到')
})

act('the time of a visit is amended; of one that is long ago the reason is asked', async () => {
  const days = (back) => new Date(Date.now() + 8 * 3_600_000 - back * 86_400_000).toISOString().slice(0, 10)
  await one.row('李润珍')
  await one.tap('改：什么时候走访的？')
  assert.equal(await one.page.getByRole('button', { name: '就是现在' }).count(), 0, 'it was not just now')
  await one.tap('昨天下午')
  await one.see('走访时间：昨天下午')
  await one.see('更正已存在手机里')
  await one.tap('改：什么时候走访的？')
  await one.page.getByLabel('选日期').fill(days(12))
  await one.tap('就是这一天')
  await one.see('走访时间早于 7 天前，请填补记的原因')
  assert.ok(await one.page.getByRole('button', { name: '保存' }).isDisabled())
  await one.tap('关闭')
  await one.see('走访时间：昨天下午')
  await one.tap('改：什么时候走访的？')
  await one.page.getByLabel('选日期').fill(days(12))
  await one.tap('就是这一天')
  await one.page.getByLabel('为什么现在才记').fill('手机坏了')
  await one.tap('保存')
  await one.gone('走访时间：昨天下午')
  await one.quiet()
  await one.shown('story-part-late')
  await one.tap('改：补记原因')
  assert.equal(await one.page.getByLabel('为什么现在才记').inputValue(), '手机坏了')
  await one.shown('story-part-late-reason')
  await one.page.getByLabel('为什么现在才记').fill('手机送修了')
  await one.tap('保存')
  await one.see('补记原因：手机送修了')
  await one.quiet()
  // Given once, the reason holds.
  await one.tap('改：什么时候走访的？')
  await one.page.getByLabel('选日期').fill(days(11))
  await one.tap('就是这一天')
  await one.see('更正已存在手机里')
  await one.quiet()
  await one.tap('改：什么时候走访的？')
  await one.tap('今天上午')
  await one.see('走访时间：今天上午')
  await one.quiet()
  await one.tap('返回')
  await one.see('县里已收到')
  assert.doesNotMatch(await one.body(), /请您补充/, 'the county asks nothing either')
})

act('the other phone sees the visit with who made it', async () => {
  await two.link('记录')
  await two.tap('现在上传')
  await two.quiet()
  await two.link('名单')
  await two.page.getByRole('searchbox').fill('lrz')
  await two.row('李润珍')
  await two.see('历次走访')
  assert.match(await two.body(), /今天\s*上门 · 见到本人 · 董正雄/)
})

/** Both phones correct somebody's telephone, neither knowing of the other. */
async function corrected(name, numbers) {
  for (const [phone, number] of [[one, numbers[0]], [two, numbers[1]]]) {
    await phone.signal(false)
    await phone.go('/people')
    await phone.page.getByRole('searchbox').fill(name)
    await phone.row(name)
    await phone.tap(/(更正|补充) 本人/)
    await phone.page.getByRole('dialog').getByRole('textbox').fill(number)
    await phone.tap('保存')
    await phone.see(number)
    await phone.tap('返回')
  }
  for (const phone of [one, two, one]) {
    await phone.signal(true)
    await phone.link('记录')
    await phone.upload()
  }
}

act('two phones correct one telephone: both sides stand, and one of them is chosen', async () => {
  await corrected('杨四妹', ['10712345678', '10787654321'])
  await one.link('名单')
  await one.row('杨四妹')
  await one.row('处填写不一致')
  await one.see('两边的都留着')
  const sides = await one.body()
  assert.ok(sides.includes('10712345678') && sides.includes('10787654321') && sides.includes(FIRST) && sides.includes(SECOND), sides)
  const mine = one.page.locator('.side', { hasText: '10787654321' }).getByRole('button', { name: '用这一个' })
  await one.tapOn(mine)
  await one.see('没有填写不一致的地方')
  await one.quiet()
  await two.upload()
  await two.link('名单')
  await two.row('杨四妹')
  await two.see('10787654321')
  assert.doesNotMatch(await two.body(), /填写不一致|10712345678/)
})

act('who died is mourned, and asked for no more', async () => {
  await two.tap('返回')
  await two.link('今日')
  await two.row('字发林')
  await two.notMet('去世')
  await two.see('请节哀')
  await two.link('回到今日')
  await two.see('应走访')
  assert.doesNotMatch(await two.body(), /字发林/)
})

act('a problem that was found is asked about at the next visit', async () => {
  await two.link('名单')
  await two.page.getByRole('searchbox').fill('张娣')
  await two.visit('张娣')
  await two.fill()
  await two.tap('发现了别的问题')
  await two.tap('房屋')
  await two.page.getByLabel('是什么情况').fill('屋顶漏雨')
  await two.tap('记下')
  await two.see('屋顶漏雨')
  await two.finish()
  await two.go('/people')
  await two.row('张娣')
  await two.see('没办完的事')
  await two.tap('开始走访')
  await two.tap('下一步')
  await two.fill()
  await two.see('上次发现的问题，现在怎么样？')
  await two.tap('还没有')
  await two.page.getByRole('button', { name: '还没有', pressed: true }).waitFor()
})

act('locking keeps the question; a wrong password is told and deletes nothing', async () => {
  await two.away()
  await two.tap('紧急')
  await two.see('没有解锁也可以写')
  await two.tap('返回')
  await two.unlock('000000')
  await two.see('解锁密码不对')
  await two.see('输错不会删除内容')
  await two.unlock()
  await two.see('上次发现的问题，现在怎么样？')
})

/** The figures of the village, as a row of the console has them. */
async function rowOf(name) {
  const line = desk.page.locator('table.figures tbody tr', { has: desk.page.getByRole('rowheader', { name }) })
  const [register, , due, met, home, , open] = (await line.locator('td').allInnerTexts()).map((one) => Number(one.replace(/[^\d.]/g, '')))
  return { line, register, due, met, home, open }
}

act('the county’s console counts what the phones visited, and opens it down to the receipt that the phone shows', async () => {
  for (const phone of [two, one]) {
    await phone.go('/records')
    await phone.upload()
  }
  const receipt = /李润珍家[^]*?回执 (\d{4}\s\d{4}\s\d)/.exec(await one.body())[1]
  await one.link('今日')
  await one.see(/本期应走访 \d+ 人/)
  const due = Number(/本期应走访 (\d+) 人/.exec(await one.body())[1])
  // 杨桂芝 was visited yesterday: on the first of a month that is of the month before.
  const first = new Date(Date.now() + 8 * 3_600_000).getUTCDate() === 1
  const visited = ['李润珍', '周四泽', '周*', '张娣', ...(first ? [] : ['杨桂芝'])]
  desk = await Desk.as(world, await account(world, '县审核员', 'shanyy'))
  await desk.page.getByRole('navigation').getByRole('link', { name: '走访情况' }).click()
  await desk.page.locator('table.figures tbody a', { hasText: '功果桥镇' }).click()
  await desk.page.getByRole('heading', { name: '功果桥镇走访情况' }).waitFor()
  const village = await rowOf(VILLAGE)
  await desk.picture('story-console-village')
  const now = met + visited.filter((name) => asked.includes(name)).length
  assert.ok(now > met)
  assert.deepEqual({ due: village.due, met: village.met, open: village.open }, { due, met: now, open: due - now })
  await village.line.locator('td').nth(3).getByRole('link').click()
  await desk.page.locator('.rows .row').first().waitFor()
  const rows = await desk.page.locator('.rows .row').allInnerTexts()
  assert.equal(rows.length, village.met)
  for (const name of visited) assert.ok(rows.some((row) => row.split(/\s+/).includes(name)), `${name} in ${rows}`)
  await desk.page.locator('.rows .row', { hasText: '李润珍' }).getByRole('link').first().click()
  await desk.page.getByRole('heading', { name: /历次走访/ }).waitFor()
  await desk.page.getByRole('link', { name: /^查看/ }).first().click()
  await desk.see('行动能力')
  await desk.picture('story-console-visit')
  const said = await desk.page.locator('dt', { hasText: '回执' }).locator('xpath=following-sibling::dd').innerText()
  assert.equal(said.replace(/\s/g, ' '), receipt.replace(/\s/g, ' '))
})

act('a telephone on which two phones differ is decided at the county, and both phones have it at their next upload', async () => {
  const [kept, other] = ['10711112222', '10733334444']
  await corrected('何七云', [other, kept])
  await one.go('/people')
  await one.page.getByRole('searchbox').fill('何七云')
  await one.row('何七云')
  await one.see('处填写不一致')
  await desk.page.getByRole('navigation').getByRole('link', { name: '待处理' }).click()
  await desk.page.getByRole('group', { name: '为什么待处理' }).getByRole('button', { name: '填写不一致' }).click()
  await desk.page.locator('.list li', { hasText: '何七云' }).getByRole('button').click()
  await desk.see(other)
  await desk.picture('story-console-contested')
  await desk.page.locator('.sides > .side', { hasText: kept }).getByRole('button', { name: /^用这一个/ }).click()
  const [sent] = await Promise.all([desk.page.waitForResponse(/\/api\/waiting\/settlements$/), desk.press('现在送出')])
  assert.equal(sent.status(), 200)
  for (const phone of [one, two]) {
    await phone.go('/records')
    await phone.upload()
    await phone.go('/people')
    await phone.page.getByRole('searchbox').fill('何七云')
    await phone.row('何七云')
    await phone.see(kept)
    assert.doesNotMatch(await phone.body(), new RegExp(`填写不一致|${other}`))
  }
})

act('a page makes no fault of its own', () => {
  assert.deepEqual([...one.errors, ...two.errors, ...desk.errors], [])
})
