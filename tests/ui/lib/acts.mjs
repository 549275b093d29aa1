// Acts of one story: each stands on those before it, so that after the first that fails none is played.
import { test } from 'node:test'

/** `act(name, play)` for one story. What the screens showed when it failed is left as pictures. */
export function story(name, screens) {
  let failed = false
  return (what, play) =>
    test(what, async (context) => {
      if (failed) {
        context.skip('an act before this one failed')
        return
      }
      try {
        await play()
      } catch (reason) {
        failed = true
        for (const [index, screen] of screens().entries()) {
          await screen?.picture(`failed-${name}-${index + 1}`).catch(() => {})
        }
        throw reason
      }
    })
}
