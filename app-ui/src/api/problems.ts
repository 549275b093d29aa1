// A problem says three things: what happened, is my work safe, what do I do now.
import texts from './problems.generated.json'

/** What the client and the county answer instead of doing what was asked. */
export interface Problem {
  code: string
  advice: 'retry' | 'fix' | 'call'
  params?: Record<string, string>
}

const known = texts as Record<string, { zh: string; en: string }>

/** A detail: it may have Chinese words of its own beside the English ones. */
export function said(problem: Problem, name: string, language: 'zh' | 'en'): string | undefined {
  return (language === 'zh' ? problem.params?.[`${name}_zh`] : undefined) ?? problem.params?.[name]
}

/** The sentence for a person. */
export function sentence(problem: Problem, language: 'zh' | 'en'): string {
  const text = known[problem.code] ?? known['internal']
  const template = text ? text[language] : problem.code
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => said(problem, name, language) ?? whole)
}
