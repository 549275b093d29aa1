// Numbers as they are read.
const grouped = new Intl.NumberFormat('en-US')

/** `2,314`. */
export const count = (number: number): string => grouped.format(number)

/** Thousandths as `81.1%`; a dash where there is no rate. */
export const percent = (thousandths: number | null): string =>
  thousandths === null ? '—' : `${(thousandths / 10).toFixed(1)}%`
