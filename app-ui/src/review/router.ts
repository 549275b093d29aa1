// The console's pages by their addresses.
import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    // Which page opens first is known when it is known who is here: see App.vue.
    { path: '/', name: 'start', component: { render: () => null } },
    { path: '/today', name: 'today', component: () => import('./pages/Today.vue') },
    { path: '/urgent', name: 'urgent', component: () => import('./pages/Urgent.vue') },
    { path: '/coverage', name: 'coverage', component: () => import('./pages/Coverage.vue') },
    { path: '/coverage/people', name: 'people', component: () => import('./pages/People.vue') },
    { path: '/coverage/closed', name: 'closed', component: () => import('./pages/Closed.vue') },
    { path: '/unvisited', name: 'unvisited', component: () => import('./pages/Unvisited.vue') },
    { path: '/concerns', name: 'concerns', component: () => import('./pages/Concerns.vue') },
    { path: '/changes', name: 'changes', component: () => import('./pages/Changes.vue') },
    { path: '/waiting', name: 'waiting', component: () => import('./pages/Waiting.vue') },
    { path: '/subjects', name: 'subjects', component: () => import('./pages/Subjects.vue') },
    { path: '/subjects/import', name: 'import', component: () => import('./pages/Import.vue'), props: { list: 'subjects' } },
    { path: '/subjects/duplicates', name: 'duplicates', component: () => import('./pages/Duplicates.vue') },
    { path: '/subjects/:person', name: 'person', component: () => import('./pages/Person.vue') },
    { path: '/visits/:visit', name: 'visit', component: () => import('./pages/Visit.vue') },
    { path: '/phones', name: 'phones', component: () => import('./pages/Phones.vue') },
    { path: '/phones/sheets', name: 'sheets', component: () => import('./pages/Sheets.vue') },
    { path: '/settings', redirect: (to) => ({ path: '/settings/duties', query: to.query }) },
    { path: '/settings/duties', name: 'duties', component: () => import('./pages/Duties.vue') },
    { path: '/settings/staff', name: 'staff', component: () => import('./pages/Staff.vue') },
    { path: '/settings/staff/import', name: 'import-staff', component: () => import('./pages/Import.vue'), props: { list: 'staff' } },
    { path: '/settings/closings', name: 'closings', component: () => import('./pages/Closings.vue') },
    { path: '/settings/grants', name: 'grants', component: () => import('./pages/Grants.vue') },
    { path: '/settings/erasures', name: 'erasures', component: () => import('./pages/Erasures.vue') },
    { path: '/settings/accesses', name: 'accesses', component: () => import('./pages/Accesses.vue') },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/Nowhere.vue') },
  ],
})
