// What the holder chose for this phone's screens. Kept beside the app, not in the county's data.
import { reactive } from 'vue'
import { call } from '@/api/carrier'
import { speak, type Language } from '@/shared/words'

/** 标准, 大, 特大. */
export type TextSize = 'usual' | 'large' | 'largest'
/** How the list of 今日 is ordered. */
export type TodayOrder = 'time' | 'group'

interface Kept {
  size: TextSize
  language: Language
  order: TodayOrder
}

const PLACE = 'settings'
const PIXELS: Record<TextSize, number> = { usual: 17, large: 20, largest: 24 }

function read(): Kept {
  const usual: Kept = { size: 'usual', language: 'zh', order: 'time' }
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(PLACE) ?? '{}') as Partial<Kept>) }
  } catch {
    return usual
  }
}

const kept = reactive<Kept>(read())

function apply(): void {
  document.documentElement.style.fontSize = `${PIXELS[kept.size]}px`
  document.documentElement.dataset.size = kept.size
  speak(kept.language)
}

/** Forms and problems come in the language of the screens. */
async function tell(): Promise<void> {
  try {
    await call('speak', { language: kept.language })
  } catch {
    // Then they come in Chinese: nothing is lost by it.
  }
}

/** The settings, and how to change one. */
export const settings = {
  kept,
  apply,
  tell,
  change(changed: Partial<Kept>): void {
    Object.assign(kept, changed)
    try {
      localStorage.setItem(PLACE, JSON.stringify(kept))
    } catch {
      // Full or forbidden storage: the choice holds until the app is closed.
    }
    apply()
    if (changed.language) void tell()
  },
}
