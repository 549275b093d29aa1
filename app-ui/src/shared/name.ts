// What the app is called, and who is behind it: data of the county's, in one file. Another county builds with
// its own (`SHANFANG_NAME=… vite build`).
import data from '@name'
import { language } from './words'

/** The displayed name. */
export const appName = (): string => data[language.value].name
/** 主办单位. */
export const organiser = (): string => data[language.value].organiser
/** 备案号, and how the organiser is reached; empty while there is none. */
export const { filing, contact }: { filing: string; contact: string } = data
