// The phone's app: one page at a time, on whatever carries its commands.
import { createApp } from 'vue'
import '@/shared/fonts/fonts.css'
import '@/shared/tokens/tokens.css'
import './look.css'
import App from './App.vue'
import { settings } from './settings'
import { router } from './router'

settings.apply()
createApp(App).use(router).mount('#app')
