// Bad luck: what happened is told, that the work is safe, and what to do. Each screen has its picture.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { command, Screen, withCheck } from './lib/phone.mjs'
import { road, stranger } from './lib/road.mjs'
import { World } from './lib/world.mjs'

const FIRST = '董正雄'
const SECOND = '段树龙'
let world, way, one, two, used

const shown = (screen, name) => screen.shownInBoth(`misfortune-${name}`)
/** Whom the page says to ring. */
const rings = (screen) => screen.page.locator('.body a[href^="tel:"]').evaluateAll((all) => all.map((at) => at.getAttribute('href')))
const numbers = async (screen) => (await command(screen.phone, 'helpers')).people.map((at) => `tel:${at.phone}`)
/** The next answer of the client is this problem: what a test cannot bring about, such as a full phone. */
function answered(screen, name, problem) {
  return screen.page.route(`**/call/${name}`, (route) => route.fulfill({ status: 422, json: problem }))
}

before(async () => {
  world = await World.begin(150)
  way = await road(world.url)
  one = await Screen.open(world, await world.phone('one', { url: way.url }))
})
after(async () => {
  way.end()
  await world.end()
})

test('no signal at the first start: nothing is lost, and it goes on', async () => {
  await one.see('启用本机')
  await one.signal(false)
  used = (await world.sheet(FIRST)).replace(/\D/g, '')
  await one.type(used)
  await one.see('现在连不上县里')
  await shown(one, 'first-start-without-signal')
  await one.signal(true)
  await one.tap('再试一次')
  await one.see('核对县里的 6 位数')
  await one.tap('不一样')
  await one.see('请给乡镇打电话')
  await shown(one, 'not-the-county')
  await one.tap('再对一遍')
  await one.tap('一样，下载名单')
  await one.see('应走访')
})

test('an enrolment that was cut in the middle goes on with the same code and password', async () => {
  const code = await world.sheet(SECOND)
  const before = await world.phone('two', { url: way.url })
  const screen = await Screen.open(world, before)
  way.weather = 'cut'
  await screen.type(code)
  await screen.see('现在连不上县里')
  before.child.removeAllListeners('exit')
  before.child.kill('SIGKILL')
  way.weather = 'clear'
  two = await Screen.open(world, await world.phone('two', { url: way.url }))
  await two.see('上次启用没有做完')
  await shown(two, 'enrolment-goes-on')
  await two.enrol(code)
})

test('an enrolment that was begun with another password is begun anew, with another sheet when the first is used', async () => {
  const phone = await world.phone('five', { url: way.url })
  const screen = await Screen.open(world, phone)
  way.weather = 'cut'
  await screen.type(await world.sheet(FIRST))
  await screen.see('现在连不上县里')
  way.weather = 'clear'
  const pin = async (digits) => {
    await screen.page.getByLabel('解锁密码', { exact: false }).first().fill(digits)
    await screen.page.getByLabel('再输一次').fill(digits)
    await screen.tap('启用')
  }
  // As little of the page is seen with the largest letters: what is said comes into view by itself.
  await screen.page.setViewportSize({ width: 360, height: 420 })
  await pin('864209')
  await screen.see('和上次启用时填的不一样')
  const note = screen.page.locator('.note')
  const seen = await note.evaluate((one) => {
    const { left, top } = one.getBoundingClientRect()
    return one.contains(document.elementFromPoint(left + 20, top + 20))
  })
  assert.ok(seen, 'the note is not below the screen')
  await screen.page.setViewportSize({ width: 360, height: 740 })
  await shown(screen, 'another-password')
  await screen.tap('用现在填的密码重新启用')
  await screen.see('这个启用码已经用过了')
  await screen.page.getByLabel('启用码').fill(await world.sheet(FIRST))
  await screen.tap('下一步')
  await pin('864209')
  await screen.see('核对县里的 6 位数')
})

test('a wrong code is told with how many tries are left, and a used one too', async () => {
  const phone = await world.phone('three', { url: way.url })
  const screen = await Screen.open(world, phone)
  const code = (await world.sheet(FIRST)).replace(/\D/g, '')
  const wrong = (at) => withCheck(phone, `${code.slice(0, at)}${(Number(code[at]) + 1) % 10}${code.slice(at + 1, 15)}`)
  await screen.type(await wrong(12))
  const told = () => screen.page.getByRole('alert').innerText()
  await screen.see('启用码不对，请对照纸上的数字再输一次。还可以试 4 次。')
  await shown(screen, 'wrong-code')
  await screen.page.getByLabel('启用码').fill(await wrong(13))
  await screen.tap('下一步')
  await screen.tap('启用')
  await screen.see('还可以试 3 次。')
  await screen.page.getByLabel('启用码').fill(used)
  await screen.tap('下一步')
  await screen.tap('启用')
  await screen.see('这个启用码已经用过了')
  assert.doesNotMatch(await told(), /还可以试/, 'no more tries of what is over')
  await shown(screen, 'used-code')
})

test('a server with a wrong certificate gets nothing', async () => {
  const other = await stranger()
  const phone = await world.phone('four', { url: other.url })
  const screen = await Screen.open(world, phone)
  await screen.type(await withCheck(phone, '111122223333444'))
  await screen.see('对方的证书不是本县的')
  await shown(screen, 'wrong-certificate')
  other.end()
})

test('a network that wants a log-in page first', async () => {
  way.weather = 'portal'
  await one.link('记录')
  await one.tap(/现在上传|再试一次/)
  await one.see('这个网络要先登录')
  await shown(one, 'captive-portal')
  way.weather = 'clear'
  await one.upload()
})

test('what is being typed survives a reload; two tabs do not lose each other’s answers', async () => {
  await one.link('今日')
  await one.visit(/杨四妹/)
  await one.fill()
  const words = () => one.page.getByRole('textbox').last()
  await words().pressSequentially('屋后滑坡')
  await one.page.reload()
  await one.page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((area) => area.value === '屋后滑坡'))
  const draft = one.page.url().match(/visit\/([^/]+)/)[1]
  const other = await Screen.open(world, one.phone, { path: new URL(one.page.url()).hash.replace(/^/, '/') })
  await other.page.locator('.progress').waitFor()
  await one.finish()
  await other.tap('中')
  await other.see('这次走访已经完成，要改请用“更正”。')
  assert.equal(await other.page.getByRole('button', { name: '中', pressed: true }).count(), 0, 'what is not taken is not shown as taken')
  await other.see('已存在手机里，不会丢。')
  assert.equal(await other.page.getByRole('button', { name: '填完了，存好' }).count(), 0, 'there is nothing to finish')
  await shown(other, 'finished-in-the-other-tab')
  assert.deepEqual(await command(one.phone, 'drafts'), [])
  await other.tap('看这次走访、更正')
  await other.see('走访对象')
  await other.row('杨四妹')
  await other.see('当时的回答')
  await other.page.getByRole('button', { name: /^更正：/ }).first().waitFor()
  // The visit's own page says the same.
  await other.page.goto(`${one.phone.url}/?finished#/visit/${draft}`)
  await other.tap('看这次走访、更正')
  await other.see('走访对象')
})

test('the phone is full: the last step is not saved, and it says so', async () => {
  await one.go('/today')
  await one.visit(/杨桂芝\s*女71/)
  await answered(one, 'answer', { code: 'disk_full', advice: 'fix' })
  await one.tap('良')
  await one.see('手机空间不够，刚才这一步没有存上')
  await shown(one, 'phone-full')
  assert.equal(await one.page.getByRole('button', { name: '良', pressed: true }).count(), 0, 'what is not saved is not shown as answered')
  await one.page.unroute('**/call/answer')
})

test('a slow phone: what was tapped stays shown while what was tapped before it is still being saved', async () => {
  await one.page.route('**/call/answer', async (route) => {
    await new Promise((later) => setTimeout(later, 400))
    await route.continue()
  })
  const choice = (nth) => one.page.locator('.body section[id] .choices').nth(nth).locator('button').first()
  await choice(0).click()
  await choice(1).click()
  await choice(2).click()
  const pressed = () => one.page.locator('.body section[id] .choices button[aria-pressed=true]').count()
  for (const end = Date.now() + 1_600; Date.now() < end; ) assert.equal(await pressed(), 3)
  await one.page.unroute('**/call/answer')
})

test('a phone that is nearly full says so on 我的, and what may be deleted', async () => {
  const place = one.page.url()
  await one.go('/me')
  await one.see(/手机空位：\d+\.\d\sGB/)
  assert.equal(await one.page.getByText('手机快满了').count(), 0)
  await one.page.route('**/call/me', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), room: { free_bytes: 148_200_000, low: true } } })
  })
  await one.page.reload()
  await one.see(/手机空位：148\.2\sMB/)
  await one.see(/请删掉手机里的视频和照片，不要删本应用/)
  await one.see(/^版本 /)
  await one.page.locator('.low').last().scrollIntoViewIfNeeded()
  await shown(one, 'nearly-full')
  await one.page.unroute('**/call/me')
  await one.page.goto(place)
})

test('a form that is newer than the app', async () => {
  await answered(one, 'form', { code: 'form_too_new', advice: 'call', params: { form: '老年人探访', needed: '3' } })
  await one.page.reload()
  await one.see('需要新版本的应用')
  await one.see('已经填的都在手机里，不会丢。')
  await one.see('请给乡镇打电话')
  assert.deepEqual(await rings(one), await numbers(one))
  assert.equal(await one.page.getByRole('button', { name: '填完了，存好' }).count(), 0)
  await shown(one, 'form-too-new')
  await one.page.unroute('**/call/form')
})

test('a visit that the county set aside, with its reason and what to do', async () => {
  const row = (await world.cli('staff', 'list', '民主村委会')).split('\n').find((line) => line.includes(SECOND))
  await world.cli('staff', 'end', row.trim().split(/\s+/).pop(), '--until', '2026-01-01')
  const known = await numbers(two)
  await two.row(/杨桂芝\s*女71/)
  await two.notMet('没在家')
  await two.see('已存在手机里，不会丢。')
  await two.quiet()
  await two.link('回到今日')
  await two.link('记录')
  await two.row('没能收下')
  await two.see(/已放到待处理.*内容都在/)
  assert.equal(await two.page.locator('.body .row strong').innerText(), '此人已不在您的名单里', 'nobody has an empty name')
  await two.see('有疑问请打电话，把回执号告诉对方：')
  assert.deepEqual(await rings(two), known, 'who was known as long as the village was theirs')
  await shown(two, 'set-aside')
})

test('the client does not answer at all: it is told in a sentence, and can be tried again', async () => {
  await one.page.route('**/call/today_list', (route) => route.abort())
  await one.page.goto(`${one.phone.url}/?again#/today`)
  await one.see('程序出错了')
  await shown(one, 'no-answer')
  await one.page.unrouteAll()
})

test('five wrong passwords wait, delete nothing, and the way out is shown', async () => {
  await one.page.goto(`${one.phone.url}/?lock#/me`)
  await one.tap('现在锁上')
  for (let wrong = 0; wrong < 5; wrong++) {
    await one.unlock('000000')
    await one.page.getByRole('button', { name: '0', exact: true }).waitFor()
    await one.page.waitForFunction(() => !document.querySelector('.dots .on'))
  }
  await one.see(/请等 \d+ 秒再试/)
  await one.see('输错不会删除内容')
  assert.ok(await one.page.getByRole('button', { name: '解锁' }).isDisabled())
  await shown(one, 'five-wrong-passwords')
  await one.signal(false)
  await one.tap('忘记密码')
  await one.see('把 20 位备用解锁码念给您')
  await shown(one, 'password-forgotten')
})
