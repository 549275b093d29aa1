// Which page stands at which place. Android's back key and the arrow both walk this history.
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import Today from './pages/Today.vue'
// Ringing for help waits for nothing.
import Urgent from './pages/Urgent.vue'
import { session } from './session'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/today' },
  { path: '/today', component: Today, meta: { tab: 'today' } },
  { path: '/people', component: () => import('./pages/People.vue'), meta: { tab: 'people' } },
  { path: '/records', component: () => import('./pages/Records.vue'), meta: { tab: 'records' } },
  { path: '/me', component: () => import('./pages/Me.vue'), meta: { tab: 'me' } },
  { path: '/person/:subject', component: () => import('./pages/Person.vue'), props: true },
  { path: '/part/:part', component: () => import('./pages/PastPart.vue'), props: true },
  { path: '/record/:visit', component: () => import('./pages/Record.vue'), props: true },
  { path: '/start', component: () => import('./pages/VisitStart.vue'), meta: { asked: true } },
  { path: '/changed', component: () => import('./pages/Changed.vue'), meta: { asked: true } },
  { path: '/not-met', component: () => import('./pages/NotMet.vue'), meta: { asked: true } },
  { path: '/visit/:visit', component: () => import('./pages/Visit.vue'), props: true },
  { path: '/visit/:visit/form/:subject', component: () => import('./pages/VisitForm.vue'), props: true },
  { path: '/done/:visit', component: () => import('./pages/VisitDone.vue'), props: true },
  { path: '/register', component: () => import('./pages/Register.vue') },
  { path: '/history/:subject', component: () => import('./pages/History.vue'), props: true },
  { path: '/contested/:of(person|part)/:id', component: () => import('./pages/Contested.vue'), props: true },
  { path: '/news', component: () => import('./pages/News.vue') },
  { path: '/urgent', component: Urgent, meta: { asked: true } },
  { path: '/pin', component: () => import('./pages/ChangePin.vue') },
  { path: '/about', component: () => import('./pages/About.vue') },
  { path: '/:missing(.*)*', redirect: '/today' },
]

// Registered before the router's own listener, so that its guards know whether a step is one back.
let stepping = false
window.addEventListener('popstate', () => {
  stepping = true
  // The guards have run by then. A step that the router takes back has none: it must not pass for the next one.
  setTimeout(() => (stepping = false))
})

/** The router; places are in the hash, because a WebView serves one file. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** One step back; home when there is nothing behind. */
export function back(): void {
  const behind = (window.history.state as { back?: string | null } | null)?.back
  if (behind) router.back()
  else void router.replace('/today')
}

interface Layer {
  close: () => void
  /** It lies over the lock, and not over the page behind it. */
  locked: boolean
}
const layers: Layer[] = []

// The back key closes what lies on top before it leaves the page. Behind the lock everything stays as it was.
router.beforeEach(() => {
  const locked = session.phase === 'locked'
  const top = stepping && layers[layers.length - 1]?.locked === locked ? layers.pop() : undefined
  stepping = false
  top?.close()
  return !top && (!locked || resuming)
})

const PLACE = 'place'
/** The app was opened as such, and not at an address. */
const begun = !/^#\/./.test(window.location.hash)
let resuming = false

/** Android may end the app where a visit is being filled in: that place is kept, and no other. */
function keep(place: string | null): void {
  try {
    if (place) localStorage.setItem(PLACE, place)
    else localStorage.removeItem(PLACE)
  } catch {
    // Full or forbidden storage: the app begins on its first page.
  }
}
router.afterEach((to, _from, failure) => {
  if (!failure && session.phase === 'open') keep(to.path.startsWith('/visit/') ? to.fullPath : null)
})

/** Back to the visit at which the app was ended, also behind the lock, with the pages that lead there behind it. */
export async function resume(): Promise<void> {
  const known = session.phase === 'open' || session.phase === 'locked'
  if (!known) keep(null)
  if (!known || !begun) return
  resuming = true
  try {
    const place = localStorage.getItem(PLACE)
    const visit = place?.split('/form/')[0]
    if (visit && visit !== place) await router.push(visit)
    if (place) await router.push(place)
  } catch {
    // As if no place had been kept.
  } finally {
    resuming = false
  }
}

/** Something lies over the page: the next step back closes it. Returns how to forget it. */
export function atBack(close: () => void): () => void {
  const layer = { close, locked: session.phase === 'locked' }
  layers.push(layer)
  return () => {
    const index = layers.indexOf(layer)
    if (index >= 0) layers.splice(index, 1)
  }
}
