// The figures of the table, in its order.
import type { Column, RowReply } from './kinds'
import type { WordKey } from './words'

export interface Figure {
  /** What the people behind it are asked by. */
  column: Column
  word: WordKey
  /** The word over the column, in two lines where it is long. */
  head: WordKey
  of: (row: RowReply) => number
}

const figure = (column: Column, of: (row: RowReply) => number): Figure => ({
  column,
  word: `column.${column}`,
  head: `head.${column}`,
  of,
})

/** Register, those that are not counted, due. */
export const REGISTER = [
  figure('register', (row) => row.register),
  figure('excluded', (row) => row.not_counted),
  figure('due', (row) => row.due),
]
/** Visited. */
export const MET = [figure('met', (row) => row.met), figure('met_home', (row) => row.met_home)]
/** Not visited: the sum and the four that make it. */
export const OPEN = [
  figure('open', (row) => row.open),
  figure('change_pending', (row) => row.change_pending),
  figure('tried', (row) => row.tried),
  figure('silent', (row) => row.silent),
  figure('not_yet', (row) => row.not_yet),
]
/** Beside the sums. */
export const BESIDE = [figure('missed_before', (row) => row.missed_before), figure('contested', (row) => row.contested)]
/** Beside the sums, of a duty that is due by days. */
export const OVERDUE = figure('overdue', (row) => row.overdue ?? 0)

export const COLUMNS: Column[] = [
  'register', 'excluded', 'due', 'met', 'met_home', 'met_other', 'open', 'change_pending', 'tried', 'silent',
  'not_yet', 'missed_before', 'contested', 'overdue',
]
