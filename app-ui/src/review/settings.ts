// What this browser remembers of the console: the language, and nothing of any person.
import { language, speak, type Language } from '@/shared/words'

const KEY = 'desk-language'

export const settings = {
  /** Takes up what was chosen here before. */
  apply(): void {
    let kept: string | null = null
    try {
      kept = localStorage.getItem(KEY)
    } catch {
      // A browser that keeps nothing begins in Chinese each time.
    }
    speak(kept === 'en' ? 'en' : 'zh')
  },

  /** The other language. */
  turn(): void {
    const next: Language = language.value === 'zh' ? 'en' : 'zh'
    speak(next)
    try {
      localStorage.setItem(KEY, next)
    } catch {
      // As above.
    }
  },
}
