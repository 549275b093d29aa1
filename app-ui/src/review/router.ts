// The console's pages by their addresses.
import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', redirect: (to) => ({ path: '/coverage', query: to.query }) },
    { path: '/coverage', name: 'coverage', component: () => import('./pages/Coverage.vue') },
    { path: '/coverage/people', name: 'people', component: () => import('./pages/People.vue') },
    { path: '/unvisited', name: 'unvisited', component: () => import('./pages/Unvisited.vue') },
    //TODO { path: '/subjects', name: 'subjects', component: () => import('./pages/Subjects.vue') },
    //TODO { path: '/subjects/:person', name: 'person', component: () => import('./pages/Person.vue') },
    //TODO { path: '/visits/:visit', name: 'visit', component: () => import('./pages/Visit.vue') },
    //TODO { path: '/phones', name: 'phones', component: () => import('./pages/Phones.vue') },
    //TODO { path: '/phones/sheets', name: 'sheets', component: () => import('./pages/Sheets.vue') },
    { path: '/settings', redirect: (to) => ({ path: '/settings/duties', query: to.query }) },
    //TODO { path: '/settings/duties', name: 'duties', component: () => import('./pages/Duties.vue') },
    //TODO { path: '/settings/staff', name: 'staff', component: () => import('./pages/Staff.vue') },
    //TODO { path: '/settings/grants', name: 'grants', component: () => import('./pages/Grants.vue') },
    //TODO { path: '/settings/accesses', name: 'accesses', component: () => import('./pages/Accesses.vue') },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/Nowhere.vue') },
  ],
})
