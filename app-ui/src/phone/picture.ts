// A picture that a camera made, small and in greys: all that the client needs to find a code in it.
import type { SheetPicture } from '@/api/commands.generated'

/** No side is longer, in pixels. */
const SIDE_MAX = 1200
/** Grey of a pixel by its red, green and blue, in 256ths. */
const [RED, GREEN, BLUE] = [77, 150, 29]

/** The greys of a picture, one character a pixel; `null` when the file is no picture. */
export async function greys(file: Blob): Promise<SheetPicture | null> {
  const picture = await createImageBitmap(file).catch(() => null)
  if (!picture) return null
  const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const on = canvas.getContext('2d')
  if (!on) return null
  // What is transparent is paper.
  on.fillStyle = '#fff'
  on.fillRect(0, 0, canvas.width, canvas.height)
  on.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return { width: canvas.width, height: canvas.height, grey: characters(on.getImageData(0, 0, canvas.width, canvas.height).data) }
}

/** One character a pixel: `0` is black, `o` is white. */
export function characters(pixels: Uint8ClampedArray): string {
  const grey = new Uint8Array(pixels.length / 4)
  for (let at = 0; at < grey.length; at++) {
    const [red = 0, green = 0, blue = 0] = [pixels[4 * at], pixels[4 * at + 1], pixels[4 * at + 2]]
    grey[at] = 48 + ((red * RED + green * GREEN + blue * BLUE) >> 10)
  }
  return new TextDecoder().decode(grey)
}
