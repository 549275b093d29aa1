// Other windows of the console in this browser: who locks or leaves in one of them has done it in all, at once.
import { shut } from './session'

type Said = 'out' | 'locked'
let line: BroadcastChannel | undefined

/** Begins to listen; what is answered ends it. */
export function listen(): () => void {
  line = new BroadcastChannel('desk')
  line.onmessage = ({ data }: MessageEvent<Said>) => shut(data)
  return () => line?.close()
}

/** Says to the others what was done here. */
export const tell = (what: Said): void => line?.postMessage(what)
