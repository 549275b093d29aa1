// Two apps out of one folder: `--mode phone` (also `phone-bridge`, for a browser) and `--mode review`.
import { fileURLToPath } from 'node:url'
import legacy from '@vitejs/plugin-legacy'
import vue from '@vitejs/plugin-vue'
import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// What the app is called and who is behind it.
const name = process.env.SHANFANG_NAME ?? here('./src/shared/name.json')

// What a WebView of Chromium 72 lacks and our libraries use; a full set would weigh three times as much.
const polyfills = [
  'es.object.from-entries',
  'es.array.flat',
  'es.array.flat-map',
  'es.promise.all-settled',
  'es.string.replace-all',
  'es.array.at',
  'es.global-this',
  'web.queue-microtask',
  'web.structured-clone',
]

// What a phone has no use for: words of the county's own records, and of what is for the county's eyes.
const COUNTYS_TABLES = ['duty_kind', 'going', 'grant_state', 'item_state', 'opening_reason', 'origin']
const COUNTYS_FIELDS =
  /^(opened\/|unsigned|period|closed|late_until|reopened|stood|decided_by|duty|title\/.*|categories|ways|mets|cadence|cut|visitors_min|enrolled_days_min|roles|strength|ended_source|set\/|source\/?|was\/|item.*|verdict.*|erased|restricted\/words|refusal\/words|definition|hash|order|form|age_from|age_until|code|parent|successor|staff|role|area)$/
// What is said only at the desk, or at the terminal of whoever runs the server.
const COUNTYS_PROBLEMS =
  /^(account_(closed|taken)|backup_unreadable|config_wrong|county_database_damaged|data_in_use|database_missing|decided_already|folder_not_writable|grant_missing|key_file_(damaged|missing)|keys_misfit|log_in_.*|not_empty|not_for_you|not_from_this_page|password_(first|weak)|port_in_use|recovery_code_lost)$/
const phonesWords = {
  name: 'phones-words',
  enforce: 'pre' as const,
  transform(text: string, id: string) {
    if (id.endsWith('/problems.generated.json')) {
      const all = Object.entries(JSON.parse(text) as Record<string, unknown>).filter(([code]) => !COUNTYS_PROBLEMS.test(code))
      return { code: JSON.stringify(Object.fromEntries(all)), map: null }
    }
    if (!id.endsWith('/codes.generated.json')) return null
    const tables = JSON.parse(text) as Record<string, { code: string }[]>
    for (const table of COUNTYS_TABLES) delete tables[table]
    tables['field'] = (tables['field'] ?? []).filter((one) => !COUNTYS_FIELDS.test(one.code))
    return { code: JSON.stringify(tables), map: null }
  },
}

/** Every text of these folders, in which the words of a key are asked for. */
function texts(...folders: string[]): string {
  const files = folders.flatMap((folder) => readdirSync(here(folder), { recursive: true, encoding: 'utf8' }).map((file) => here(`${folder}/${file}`)))
  return files.filter((file) => /(?<!\.test)\.(ts|vue)$/.test(file)).map((file) => readFileSync(file, 'utf8')).join('\n')
}
// What the console has no use for: words of the phone's own pages.
const consolesWords = () => {
  const asked = texts('./src/review', './src/shared', './src/api')
  const stems = [...asked.matchAll(/`([a-z_]+(?:\.[a-z_]+)*[._])\$\{/g)].map((one) => one[1] ?? '')
  const used = (key: string) => asked.includes(`'${key}'`) || stems.some((stem) => key.startsWith(stem))
  return {
    name: 'consoles-words',
    enforce: 'pre' as const,
    transform(text: string, id: string) {
      if (!/\/shared\/words\/(zh-CN|en)\.json$/.test(id)) return null
      const all = Object.entries(JSON.parse(text) as Record<string, string>).filter(([key]) => used(key))
      return { code: JSON.stringify(Object.fromEntries(all)), map: null }
    },
  }
}

export default defineConfig(({ mode }) => {
  const phone = mode.startsWith('phone')
  const bridge = mode === 'phone-bridge'
  return {
    root: here(phone ? './src/phone' : './src/review'),
    base: '/',
    resolve: { alias: { '@name': name, '@': here('./src') } },
    plugins: [
      vue(),
      { name: 'displayed-name', transformIndexHtml: (html) => html.replace('%NAME%', JSON.parse(readFileSync(name, 'utf8')).zh.name) },
      ...(phone
        ? [phonesWords, legacy({ renderLegacyChunks: false, modernTargets: 'chrome>=64', modernPolyfills: polyfills })]
        : mode === 'review' ? [consolesWords()] : []),
    ],
    define: {
      __VUE_OPTIONS_API__: 'false',
      // The carrier over loopback HTTP is left out of every other build.
      __BRIDGE__: JSON.stringify(bridge),
    },
    build: {
      outDir: here(`./dist/${mode}`),
      emptyOutDir: true,
      target: phone ? undefined : 'chrome87',
      modulePreload: phone ? undefined : { polyfill: false },
      cssTarget: phone ? 'chrome64' : 'chrome87',
      assetsInlineLimit: 2048,
    },
    // The style sheets are read by a test of their colours.
    test: { root: here('./src'), environment: 'node', css: true },
  }
})
