// 登记: what was typed of somebody, and how far it is with whoever was registered at the door, in a worker's words.
import type { AgeSaid, Registration } from '@/api/commands.generated'
import { t } from '@/shared/words'
import { keeping } from './keeping'

const nobody = () => ({
  name: '', nickname: '', village: null as number | null, sex: null as string | null,
  age: null as AgeSaid | null, born: '', number: '', phone: '',
})
/** What was typed and is not saved yet. */
export const registering = () => keeping('register', nobody)

/** Whoever was searched for in vain need not be typed again, and has nothing of whom somebody began to register before. */
export function registerAs(name: string): void {
  const form = registering()
  if (name && form.value.name !== name) form.value = { ...nobody(), name }
}

export function registrationWord(state: Registration): string {
  return t(state === 'pending' ? 'registered.pending' : state === 'taken' ? 'registered.taken' : 'registered.not_taken')
}
