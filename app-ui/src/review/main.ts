// The county's console.
import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import '@/shared/fonts/fonts.css'
import '@/shared/tokens/tokens.css'
import './look.css'
import './print.css'
import App from './App.vue'
import { watchPages } from './renewed'
import { router } from './router'
import { settings } from './settings'

settings.apply()
watchPages(router)
createApp(App).use(router).mount('#app')
