// A rule of a duty in words.
import { language } from '@/shared/words'
import { code } from '@/shared/codes'
import type { DutyReply } from './kinds'
import { either, listed, t, told } from './words'

export const CADENCES = ['month', 'quarter', 'half_year', 'year'] as const

export const dutyTitle = (of: DutyReply) => (language.value === 'zh' ? of.title_zh : of.title_en)
export const whom = (of: DutyReply) => listed(of.categories.map(either))
export const howOften = (cadence: string) =>
  cadence.startsWith('days:') ? t('cadence.days', { days: cadence.slice(5) }) : t(`cadence.${cadence as (typeof CADENCES)[number]}`)
export const cutWord = (cut: string) => t(cut === 'day26' ? 'cut.day26' : 'cut.natural')
export const ways = (of: DutyReply) => listed(of.ways.map((one) => code('way', one)))
export const mets = (of: DutyReply) => listed(of.mets.map((one) => code('met', one)))
export const roles = (of: DutyReply) => listed(of.roles.map((one) => code('role', one)))
export const strength = (of: string) => told(`strength.${of}`)
