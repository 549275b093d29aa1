// The phone's screens in Chromium 72, by clicking: what no phone with an old WebView may fail at. Opt-in, because
// the browser is 36 MB to download: `cargo xtask screens --old-browser`.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PIN } from './lib/phone.mjs'
import { OldBrowser } from './lib/old-browser.mjs'
import { World } from './lib/world.mjs'

let world, phone, old

before(async () => {
  world = await World.begin(150)
  phone = await world.phone('one')
  old = await OldBrowser.begin(world)
})
after(async () => {
  await old.end()
  await world.end()
})

/** A picture, and nothing that can be measured is wrong with it. */
async function shown(name) {
  await old.picture(name)
  assert.deepEqual(await old.faults(), [], name)
  assert.deepEqual(old.errors, [], name)
}

/** Fills in the form that is open to its last page: 没变化 where it is offered, else the first choices. */
async function fill() {
  for (let page = 0; page < 12; page++) {
    const at = await old.until(`(document.querySelector('.progress') || {}).innerText`, 'a page of the form')
    const open = `[].slice.call(document.querySelectorAll('.body section[id] .choices')).filter(function (one) { return !one.querySelector('[aria-pressed=true]') })`
    const has = (words) => old.look(`[].slice.call(document.querySelectorAll('button')).some(function (one) { return one.innerText.trim() === ${JSON.stringify(words)} && one.getAttribute('aria-pressed') !== 'true' })`)
    if (await has('没变化')) {
      await old.tap('没变化')
    } else {
      for (let left = await old.look(`${open}.length`), round = 0; left > 0 && round < 60; round++) {
        await old.press(await old.look(`(function () { var one = ${open}[0].querySelector('button'); one.scrollIntoView({ block: 'center' }); var box = one.getBoundingClientRect(); return { x: box.left + box.width / 2, y: box.top + box.height / 2 } })()`))
        await new Promise((later) => setTimeout(later, 60))
        left = await old.look(`${open}.length`)
      }
      assert.equal(await old.look(`${open}.length`), 0, 'every answer is taken')
      if (!(await has('下一页'))) return
      await old.tap('下一页')
    }
    await old.until(`document.querySelector('.progress').innerText !== ${JSON.stringify(at)}`, 'the next page')
  }
  throw new Error('the form does not end')
}

test('it is that browser', async () => {
  assert.match(await old.look('navigator.userAgent'), /Chrome\/72\./)
})

test('a phone is enrolled from its sheet', async () => {
  await old.go(phone.url)
  await old.see('启用本机')
  const code = (await world.sheet('董正雄')).replace(/\D/g, '')
  await old.type('textarea', code.slice(0, 15) + ((Number(code[15]) + 1) % 10))
  await old.see('输入的不对')
  await shown('code-mistyped')
  await old.say('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Backspace', windowsVirtualKeyCode: 8 })
  await old.type('textarea', code[15])
  await old.tap('下一步')
  await old.type('.digits:nth-of-type(1) input', PIN)
  await old.type('.digits:nth-of-type(2) input', PIN)
  await shown('pin')
  await old.tap('启用')
  await old.see('核对县里的 6 位数')
  await shown('compare')
  await old.tap('一样，下载名单')
  await old.see('本期应走访')
  await old.until(`document.querySelector('.body li a')`, 'who is due')
  await shown('today')
})

test('somebody is found, looked at, visited, and the county has it', async () => {
  await old.tap('名单')
  await old.type('input[type=search]', 'lrz')
  await old.until(`document.querySelectorAll('.body li').length === 1`, 'one row')
  await shown('people-found')
  await old.tap('李润珍')
  await old.see('历次走访')
  await shown('person')
  await old.tap('开始走访')
  await old.see('这次见到了谁？')
  await old.tap('改：什么时候走访的？')
  await old.see('就是这一天')
  await shown('time')
  await old.tap('昨天上午')
  await shown('start')
  await old.tap('下一步')
  await old.until(`document.querySelector('.progress')`, 'the form')
  await shown('form')
  await fill()
  await shown('form-last')
  await old.tap('填完了，存好')
  await old.see('已存在手机里，不会丢。')
  await old.see('县里已收到')
  await shown('done')
  await old.tap('回到今日')
  await old.tap('记录')
  await old.see('回执')
  await shown('records')
})

test('what lies over a page, the lock over it, and the back key', async () => {
  await old.tap('名单')
  await old.tap('李润珍')
  await old.see('电话')
  await old.tap(await old.look(`[].slice.call(document.querySelectorAll('button')).map(function (one) { return one.getAttribute('aria-label') || '' }).filter(function (words) { return /本人$/.test(words) })[0]`))
  await old.until(`document.querySelector('.van-popup input, .sheet input')`, 'the sheet')
  await shown('sheet')
  await old.look('history.back()')
  await old.until(`!document.querySelector('.sheet')`, 'the sheet is closed')
  await old.see('历次走访')
  await old.tap('返回')
  await old.tap('我的')
  await old.tap('现在锁上')
  await old.see('请输入解锁密码')
  await shown('lock')
  await old.tap('紧急')
  await old.see('报警')
  await shown('urgent')
  await old.look('history.back()')
  await old.see('请输入解锁密码')
  for (const digit of PIN) await old.tap(digit)
  await old.tap('解锁')
  await old.see('字的大小')
})

test('in 特大 everything moves together', async () => {
  await old.tap('特大')
  for (const [name, path, words] of [['me', '/me', '语言'], ['today', '/today', '应走访'], ['people', '/people', '全部类别'], ['records', '/records', '回执'], ['urgent', '/urgent', '报警']]) {
    await old.go(`${phone.url}/?${name}#${path}`)
    await old.see(words)
    await new Promise((later) => setTimeout(later, 300))
    await shown(`largest-${name}`)
  }
})
