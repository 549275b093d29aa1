// 名单上没有？登记, by clicking: a name looked for in vain, a child, somebody of whom only a name is known, an ID number
// that is on the list; what the township sees of it.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk } from './lib/console.mjs'
import { command, PIN, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const FIRST = '董正雄'
const CARD = '532929194801010459'
let world, phone, screen, desk

const act = story('doorstep', () => [screen, desk].filter(Boolean))
const named = (name) => screen.page.getByRole('textbox', { name })
const find = (typed) => command(phone, 'search', { typed, offset: 0, count: 9 })
const save = () => screen.tap('登记')
async function open(path) {
  await screen.go(path)
  await screen.page.reload()
}

before(async () => {
  world = await World.begin(150)
  phone = await world.phone('one')
  await command(phone, 'enrol', { code: await world.sheet(FIRST), pin: PIN, county: null })
  await command(phone, 'exchange')
  screen = await Screen.open(world, phone, { path: '/#/people' })
})
after(() => world.end())

act('a name that was looked for in vain need not be typed again', async () => {
  await screen.page.getByRole('searchbox').fill('段小石')
  await screen.see('没找到这个人')
  await screen.link('名单上没有？登记')
  assert.equal(await named(/^姓名/).inputValue(), '段小石')
})

act('a child is said to be one, and is masked and kept as one from the first second', async () => {
  await named(/^小名/).fill('石头')
  await screen.tap('孩子（不满 18 岁）')
  await screen.shownInBoth('doorstep-register')
  await save()
  await screen.page.getByRole('button', { name: '开始走访' }).waitFor()
  await screen.see('小名 石头')
  const [child] = await find('段小石')
  assert.equal(child.name, '段*石')
  assert.equal(child.nickname, null, 'a list says no child’s nickname')
})

act('how people call somebody is enough', async () => {
  await open('/register')
  await named(/^小名/).fill('后山老人')
  await save()
  await screen.page.getByRole('button', { name: '开始走访' }).waitFor()
  assert.equal((await find('后山老人')).length, 1)
})

act('a birth that contradicts what was said, or the ID number, is told at once in one line, and is in nobody’s way', async () => {
  await open('/register')
  await named(/^姓名/).fill('段有期')
  await screen.tap('大人')
  assert.doesNotMatch(await screen.body(), /不一样/)
  await screen.page.getByLabel(/^出生日期/).fill('2018-05-04')
  await screen.see('按这个日期是孩子（不满 18 岁），和上面选的不一样，按出生日期记。')
  await screen.looked(/按出生日期记/, 'doorstep-birth-differs')
  await named(/^身份证号/).fill('532929194801010459')
  await screen.see('身份证号上是 1948年1月1日，和这里不一样，按身份证号记。')
  await screen.looked(/按身份证号记/, 'doorstep-number-differs')
  await screen.page.getByLabel(/^出生日期/).fill('')
  await screen.tap('孩子（不满 18 岁）')
  await screen.see('按身份证号是大人，和上面选的不一样，按身份证号记。')
  await named(/^身份证号/).fill('')
  await screen.page.waitForFunction(() => !document.body.innerText.includes('不一样'))
  await screen.page.getByLabel(/^出生日期/).fill('1980-01-01')
  await screen.see('按这个日期是大人，和上面选的不一样，按出生日期记。')
  await save()
  await screen.page.getByRole('button', { name: '开始走访' }).waitFor()
  assert.equal((await find('段有期'))[0].name, '段有期', 'the date is kept: an adult is not masked')
})

act('an ID number that is on the list shows who that is; nothing typed is lost, and one may go on all the same', async () => {
  await open('/register')
  await named(/^姓名/).fill('李有证')
  await named(/^身份证号/).fill(CARD)
  await save()
  await screen.page.getByRole('button', { name: '开始走访' }).waitFor()
  const [first] = await find('李有证')
  assert.equal(first.age, 78, 'the card tells it')

  await open('/register')
  await named(/^姓名/).fill('李写错')
  await named(/^大家|^小名/).fill('老错')
  await named(/^身份证号/).fill(CARD)
  await save()
  await screen.see('名单上已经有这个身份证号')
  await screen.looked('名单上已经有这个身份证号', 'doorstep-number')
  // Who it is is one tap away, and what was typed is there afterwards.
  await screen.row('李有证')
  await screen.see('要做什么')
  await screen.tap('返回')
  assert.equal(await named(/^身份证号/).inputValue(), CARD)
  assert.equal(await named(/^小名/).inputValue(), '老错')
  await save()
  await screen.tap('号码没错，还是登记')
  await screen.page.getByRole('button', { name: '开始走访' }).waitFor()
  assert.equal((await find('李写错')).length, 1)
})

act('who has no ID number is told apart by the county’s own in lists', async () => {
  // Nobody of this synthetic village is without one.
  await screen.page.route('**/call/search', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: (await answer.json()).map((one) => ({ ...one, local_number: 'YL0017' })) })
  })
  await screen.go('/people')
  await screen.page.getByRole('searchbox').fill('李有证')
  await screen.see(/编号 YL0017/)
  await screen.looked(/编号 YL0017/, 'doorstep-local-number')
  await screen.page.unroute('**/call/search')
})

act('the township sees all of it', async () => {
  await command(phone, 'exchange')
  const [{ village }] = await find('李写错')
  desk = await Desk.as(world, await account(world, '乡镇站长', 'zhanzhang', String(village - (village % 1000))))
  await desk.go('/changes?tab=registered')
  const opened = async (name) => {
    await desk.page.locator('main tbody tr', { hasText: name }).first().getByRole('button').click()
    await desk.page.getByRole('dialog').filter({ visible: true }).waitFor()
  }
  await desk.page.locator('main tbody tr', { hasText: '李写错' }).first().waitFor()
  await opened('段*石')
  await desk.see('大家叫：石* · 登记的人说是孩子（不满 18 岁）')
  await desk.shown('doorstep-registration')
  const dialog = desk.page.getByRole('dialog').filter({ visible: true })
  await dialog.locator('.el-select', { has: desk.page.getByRole('combobox', { name: '大人还是孩子' }) }).click()
  await desk.page.getByRole('option', { name: '大人', exact: true }).click()
  await dialog.getByRole('textbox', { name: /身份证/ }).fill('532929195001019919')
  await desk.see('登记的人说是孩子（不满 18 岁）；按生日算是大人，以生日为准。')
  assert.equal(await dialog.getByRole('combobox', { name: '大人还是孩子' }).count(), 0, 'the number decides')
  await desk.shown('doorstep-age-differs')
  await desk.page.keyboard.press('Escape')
  await opened('李写错')
  await desk.see('大家叫：老错')
  await desk.see('身份证号相同')
  await desk.shown('doorstep-same-number')
})
