// How the console asks the county: JSON over this very address. A request that meets a locked session
// waits until the password has been typed and is then sent again.
import type { paths } from '@/api/desk.generated'
import { problemOf, UNREACHABLE, type Problem } from './problem'
import { heard, opened, session, shut } from './session'
import type { Present, SessionReply } from './kinds'

type Value = string | number | boolean | null | undefined
/** What stands behind the question mark; empty values are left out. */
export type Query = Record<string, Value>

interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal
  /** The page looks for itself: nobody need be sitting here. */
  unattended?: boolean
}

/** An address of the county with its query. */
export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
  return text ? `${path}?${text}` : path
}

/** So much may be sent behind a window that is being closed (Fetch: 64 KiB of all together). */
const KEPT_ALIVE = 60_000

async function once(method: string, path: string, { query, body, signal, unattended }: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') headers['x-request-proof'] = session.proof()
  if (unattended) headers['x-unattended'] = '1'
  if (body !== undefined) headers['content-type'] = 'application/json'
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
  if (body !== undefined) init.body = JSON.stringify(body)
  if (signal) init.signal = signal
  // A word that was said is sent even when the window is being closed; browsers do that for short ones only.
  if (method !== 'GET' && String(init.body ?? '').length < KEPT_ALIVE) init.keepalive = true
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

type Method = 'get' | 'post'
/** The routes that can be asked so. */
type Having<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: { 200: unknown } }> ? P : never }[keyof paths]
type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never
type Said<P extends keyof paths, M extends Method> = paths[P] extends Record<M, { responses: { 200: infer Reply } }> ? Present<Json<Reply>> : never
type Given<P extends keyof paths> = paths[P] extends { post: { requestBody: infer Body } } ? Json<Body> : undefined

/** What a route is asked with besides its body. */
interface Asked {
  /** What stands in the places of the path. */
  at?: Record<string, string>
  query?: Query
  signal?: AbortSignal
  unattended?: boolean
}
const filled = (route: string, at: Record<string, string> = {}) =>
  route.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(at[name] ?? ''))

/** Reads. */
export const get = <P extends Having<'get'>>(route: P, { at, ...asked }: Asked = {}) =>
  send<Said<P, 'get'>>('GET', filled(route, at), asked)

/** Changes something. */
export const post = <P extends Having<'post'>>(route: P, body: Given<P>, { at, ...asked }: Asked = {}) =>
  send<Said<P, 'post'>>('POST', filled(route, at), { ...asked, body: body ?? {} })

/** Asks about the session itself, where a lock is an answer like any other. */
export async function about(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<SessionReply> {
  const response = await once(method, path, body === undefined ? {} : { body })
  const said = await read(response)
  if (!response.ok) throw problemOf(said)
  const reply = said as SessionReply
  if (method !== 'DELETE') heard(reply)
  return reply
}
