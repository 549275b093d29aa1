// The README's pictures: a few of those that the tests of every screen leave, made small.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BROWSER, chromium, repository } from './lib/world.mjs'
import { pictures } from './lib/phone.mjs'

const KEPT = join(repository, 'app-ui', 'pictures')
/** By name, how wide each is kept. */
const WANTED = {
  'standard-today': 240,
  'standard-form': 240,
  'standard-records': 240,
  'desk-coverage': 740,
}

await mkdir(KEPT, { recursive: true })
const browser = await chromium.launch(BROWSER)
const page = await browser.newPage()
for (const [name, width] of Object.entries(WANTED)) {
  const picture = await readFile(join(pictures, `${name}.png`))
  const small = await page.evaluate(async ([address, wide]) => {
    const whole = await createImageBitmap(await (await fetch(address)).blob())
    const high = Math.round((whole.height * wide) / whole.width)
    const canvas = new OffscreenCanvas(wide, high)
    const pen = canvas.getContext('2d')
    pen.imageSmoothingQuality = 'high'
    pen.drawImage(whole, 0, 0, wide, high)
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 })
    return [...new Uint8Array(await blob.arrayBuffer())]
  }, [`data:image/png;base64,${picture.toString('base64')}`, width])
  await writeFile(join(KEPT, `${name}.webp`), Buffer.from(small))
}
await browser.close()
