// The sheet that the console prints, photographed: the phone reads county and 启用码 of it, and says what it sees
// when it reads nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk } from './lib/console.mjs'
import { PIN, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const INPUT = 'input[type=file]'
let world, sheet, code

before(async () => {
  world = await World.begin(150)
  const desk = await Desk.as(world, await account(world, '县管理员', 'admin'))
  await desk.go('/phones/sheets?area=532929102000')
  await desk.page.getByRole('button', { name: /^生成 \d+ 张$/ }).click()
  const first = desk.page.locator('.sheets .sheet').first()
  await first.waitFor()
  sheet = await first.screenshot()
  code = (await first.locator('dd.code').first().innerText()).replace(/\D/g, '')
  await desk.page.context().close()
})
after(() => world?.end())

const shown = (one, name) => one.shown(`sheet-${name}`)
const file = (buffer) => ({ name: 'image.png', mimeType: 'image/png', buffer })

/** A page as a camera sees it, that holds this. */
async function photo(html, style = '') {
  const page = await world.browser.newPage({ viewport: { width: 1500, height: 2000 } })
  await page.setContent(`<body style="margin:0;display:grid;place-items:center;height:100vh;background:#777;${style}">${html}</body>`)
  const taken = await page.screenshot({ type: 'jpeg', quality: 60 })
  await page.close()
  return { name: 'image.jpg', mimeType: 'image/jpeg', buffer: taken }
}

test('what the console prints is read from a picture: lying flat, aslant, and in bad light', async () => {
  const paper = `<img style="width:1250px;transform:perspective(1400px) rotateX(24deg) rotate(17deg)" src="data:image/png;base64,${sheet.toString('base64')}">`
  const dim = 'filter:brightness(.55) contrast(.8) blur(1px)'
  for (const taken of [file(sheet), await photo(paper), await photo(paper, dim)]) {
    const one = await Screen.open(world, await world.phone('reads'))
    await one.page.locator(INPUT).setInputFiles(taken)
    await one.see('给这部手机设一个解锁密码')
    await one.see('启用码已从纸上读好。')
    await one.tap('返回')
    assert.equal((await one.page.getByLabel('启用码').inputValue()).replace(/\D/g, ''), code)
    await one.page.context().close()
  }
})

test('without a code the phone says so, and typing goes on beside it', async () => {
  const phone = await world.phone('misses')
  for (const size of ['usual', 'largest']) {
    const one = await Screen.open(world, phone, { size })
    await shown(one, `ask-${size}`)
    await one.page.locator(INPUT).setInputFiles(await photo('<h1>走访</h1>'))
    await one.see(/没看到方块码。.*或者直接输入纸上的 16 位数字。/)
    await shown(one, `none-${size}`)
    await one.page.locator(INPUT).setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') })
    await one.see(/没看到方块码/)
    await one.page.getByLabel('启用码').fill(code)
    await one.gone(/没看到方块码/)
    await one.tap('下一步')
    await one.see('给这部手机设一个解锁密码')
    assert.equal(await one.page.getByText('启用码已从纸上读好。').count(), 0)
    await one.page.context().close()
  }
})

test('county and code of the picture set the phone up; the picture is sent nowhere', async () => {
  const one = await Screen.open(world, await world.phone('sets up'))
  await one.page.locator(INPUT).setInputFiles(file(sheet))
  await one.see('启用码已从纸上读好。')
  await shown(one, 'read')
  await one.page.getByLabel('解锁密码', { exact: false }).first().fill(PIN)
  await one.page.getByLabel('再输一次').fill(PIN)
  const [asked] = await Promise.all([one.page.waitForRequest(/\/call\/enrol$/), one.tap('启用')])
  assert.deepEqual(asked.postDataJSON(), { code, pin: PIN, county: '532929000000', anew: false })
  await one.see('核对县里的 6 位数')
})
