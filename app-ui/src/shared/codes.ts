// The words of the model's codes, from the same tables as in Rust.
import tables from '@/api/codes.generated.json'
import { language } from '@/shared/words'

/** The tables there are. */
export type CodeTable = keyof typeof tables

/** What a code of a table is called on the screen; the code itself when it is of a newer version. */
export function code(table: CodeTable, of: string): string {
  return tables[table].find((one) => one.code === of)?.[language.value] ?? of
}

/** The ways of going there; 只报告情况变了 is none that anybody chooses. */
export const goingWays = (): string[] => codes('way').filter((of) => of !== 'report')

/** Every code of a table, in its order. */
export function codes(table: CodeTable): string[] {
  return tables[table].map((one) => one.code)
}
