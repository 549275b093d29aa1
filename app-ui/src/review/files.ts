// Files of the office's computer: read to be sent, and handed back.

/** As large as the county takes. */
export const BYTES_MAX = 12 * 1024 * 1024

/** A size for people. */
export const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)

/** A file's bytes as JSON can carry them. */
export function asBase64(file: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader()
    reader.onerror = () => failed(reader.error)
    // `data:…;base64,` stands before them; of an empty file nothing does.
    reader.onload = () => done(String(reader.result).split(',')[1] ?? '')
    reader.readAsDataURL(file)
  })
}

/** Lays a file into the browser's downloads. */
export function offer(name: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
  const address = URL.createObjectURL(new Blob([bytes]))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
