// How the console asks the county: JSON over this very address. A request that meets a locked session
// waits until the password has been typed and is then sent again.
import { problemOf, UNREACHABLE, type Problem } from './problem'
import { heard, opened, session, shut } from './session'
import type { SessionReply } from './kinds'

type Value = string | number | boolean | null | undefined
/** What stands behind the question mark; empty values are left out. */
export type Query = Record<string, Value>

interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

/** An address of the county with its query. */
export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
  return text ? `${path}?${text}` : path
}

async function once(method: string, path: string, { query, body, signal }: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') headers['x-request-proof'] = session.proof()
  if (body !== undefined) headers['content-type'] = 'application/json'
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
  if (body !== undefined) init.body = JSON.stringify(body)
  if (signal) init.signal = signal
  try {
    return await fetch(address(path, query), init)
  } catch (thrown) {
    if ((thrown as Error).name === 'AbortError') throw thrown
    throw { code: UNREACHABLE, advice: 'retry' } satisfies Problem
  }
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text()
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's own page, not the county.
    throw { code: UNREACHABLE, advice: 'retry' } satisfies Problem
  }
}

const SHUT: Record<string, 'out' | 'locked' | 'first_password'> = {
  log_in_missing: 'out',
  log_in_locked: 'locked',
  password_first: 'first_password',
}

async function send<T>(method: string, path: string, options: Options = {}): Promise<T> {
  for (;;) {
    const response = await once(method, path, options)
    const said = await read(response)
    if (response.ok) return said as T
    const problem = problemOf(said)
    const how = SHUT[problem.code]
    if (!how) throw problem
    shut(how)
    await opened()
  }
}

/** Reads. */
export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  send<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) })

/** Changes something. */
export const post = <T>(path: string, body: unknown = {}, query?: Query) =>
  send<T>('POST', path, { body, ...(query ? { query } : {}) })

/** Asks about the session itself, where a lock is an answer like any other. */
export async function about(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<SessionReply> {
  const response = await once(method, path, body === undefined ? {} : { body })
  const said = await read(response)
  if (!response.ok) throw problemOf(said)
  const reply = said as SessionReply
  if (method !== 'DELETE') heard(reply)
  return reply
}
