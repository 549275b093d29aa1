// How a command reaches the client: by Tauri's IPC on a phone, by loopback HTTP in a browser that stands
// in for one. The pages know neither.
import type { Commands } from './commands.generated'
import { once } from './once'
import type { Problem } from './problems'

type Carry = (name: string, args: unknown) => Promise<unknown>

/** A command was answered with a problem: words for a person, and nothing is lost. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code)
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'advice' in value
}

/** Whatever else went wrong on the way is the program's fault, and worth another try. */
export function problemOf(reason: unknown, reference = 'screen'): Problem {
  if (reason instanceof ProblemError) return reason.problem
  return isProblem(reason) ? reason : { code: 'internal', advice: 'retry', params: { reference } }
}

const byTauri: Carry = async (name, args) => {
  const { invoke } = await import('@tauri-apps/api/core')
  return invoke('call', { name, args })
}

const byBridge: Carry = async (name, args) => {
  const post = (keepalive: boolean) =>
    fetch(`/call/${name}`, { method: 'POST', keepalive, headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
  // What was typed last arrives although the page is going away; an exchange would hold the line. Chromium 72
  // keeps nothing of this kind alive, and says so by an error.
  const answer = name === 'answer' ? await post(true).catch(() => post(false)) : await post(false)
  const body: unknown = await answer.json()
  if (!answer.ok) throw body
  return body
}

const carry: Carry = once(__BRIDGE__ ? byBridge : byTauri)

/** Carries out a command of the phone. Rejects with a [`ProblemError`] and with nothing else. */
export async function call<Name extends keyof Commands>(
  name: Name,
  args: Commands[Name]['args'],
): Promise<Commands[Name]['reply']> {
  try {
    return (await carry(name, args)) as Commands[Name]['reply']
  } catch (reason) {
    throw new ProblemError(problemOf(reason, name))
  }
}
