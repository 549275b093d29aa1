// How long it takes until something stands painted on a screen, measured in the page itself.

/** What the page needs for it: it runs before the page's own script. */
function instruments() {
  const afterPaint = () => new Promise((answer) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = answer
      channel.port2.postMessage(null)
    })
  })
  const until = (ready) => new Promise((answer) => {
    const look = () => (ready() ? answer() : requestAnimationFrame(look))
    look()
  })
  let heard = 0
  const plain = window.fetch
  window.fetch = async (...asked) => {
    const reply = await plain(...asked)
    const read = reply.json.bind(reply)
    reply.json = async () => {
      const value = await read()
      // Whoever asked has drawn it by then: that is done before the next task.
      setTimeout(() => heard++)
      return value
    }
    return reply
  }
  window.instruments = {
    /** From an event to the frame in which it has had its effect, in ms. */
    effect(kind, ready) {
      return new Promise((answer) => {
        addEventListener(kind, async (event) => {
          const before = heard
          await until(() => ready(event, heard - before))
          await afterPaint()
          answer(performance.now() - event.timeStamp)
        }, { capture: true, once: true })
      })
    },
    /** From the start of the page to the frame in which this is to be seen. */
    async seen(selector) {
      await until(() => document.querySelector(selector))
      await afterPaint()
      return performance.now()
    },
    /** Scrolls from the first row to the last, so many pixels a frame; looks at each frame that was painted. */
    async scrolled(selector, step) {
      const box = document.querySelector(selector)
      const last = Number(box.getAttribute('aria-rowcount'))
      const frames = []
      let blank = 0
      for (let reached = 1; reached < last; ) {
        const began = performance.now()
        box.scrollTop += step
        await afterPaint()
        frames.push(performance.now() - began)
        const { top, bottom, left } = box.getBoundingClientRect()
        for (const at of [top + 60, (top + bottom) / 2, bottom - 20]) {
          // At the end of what has come it says that more is on its way.
          const there = document.elementFromPoint(left + 20, at)?.closest('[role=row], .wait')
          if (!there?.innerText.trim()) blank++
          else reached = Math.max(reached, Number(there.getAttribute('aria-rowindex')))
        }
      }
      return { frames, blank }
    },
  }
}

/** A page that can be measured, on a processor so many times slower. */
export async function measured(context, slower = 1) {
  await context.addInitScript(instruments)
  const page = await context.newPage()
  await slowed(page, slower)
  return page
}

/** Its processor is so many times slower from now on. */
export async function slowed(page, slower) {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
}

/** Opens an address; until this is to be seen. */
export async function opened(page, url, selector) {
  await page.goto(url, { waitUntil: 'commit' })
  return page.evaluate((wanted) => window.instruments.seen(wanted), selector)
}

/** Begins to watch, acts, and says what the watch said. */
async function timed(page, watch, argument, act) {
  const watched = await page.evaluateHandle(watch, argument)
  await act()
  return watched.evaluate(({ took }) => took)
}

/** Acts; until the tapped button shows that it was chosen. */
export function chosen(page, act) {
  return timed(page, () => ({ took: window.instruments.effect('click', ({ target }) => target.closest('button').ariaPressed === 'true') }), null, act)
}

/** Acts; until the answer to what was asked for it is drawn. */
export function answered(page, event, act) {
  return timed(page, (of) => ({ took: window.instruments.effect(of, (_, heard) => heard > 0) }), event, act)
}

/** Acts; until this is to be seen. */
export function shown(page, event, selector, act) {
  return timed(page, ([of, wanted]) => ({ took: window.instruments.effect(of, () => document.querySelector(wanted)) }), [event, selector], act)
}

/** Scrolls a table from its first row to its last. */
export const scrolled = (page, selector, step) => page.evaluate(([of, by]) => window.instruments.scrolled(of, by), [selector, step])
