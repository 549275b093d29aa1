// How far it is with somebody who was registered at the door, in a worker's words.
import type { Registration } from '@/api/commands.generated'
import { t } from '@/shared/words'

export function registrationWord(state: Registration): string {
  return t(state === 'pending' ? 'registered.pending' : state === 'taken' ? 'registered.taken' : 'registered.not_taken')
}
