// A small county of the real server, phones in browsers on real clients: processes of their own, all in one
// folder that is thrown away.
import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))
export const repository = join(here, '..', '..', '..')
const programs = process.env.SHANFANG_PROGRAMS ?? join(repository, 'target', 'debug')
const dist = join(repository, 'app-ui', 'dist', 'phone-bridge')
const require = createRequire(join(repository, 'app-ui', 'package.json'))
export const { chromium } = require('playwright-core')
const run = promisify(execFile)
const server = join(programs, 'county-server')

/** The same seed always: the people of the tests are the same every day of a month. */
const SEED = '1'
export const BROWSER = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=zh-CN',
  ],
}

/** Starts a process and gives back its first lines. It is killed with the world. */
function started(command, args, lines, children, options = {}) {
  return new Promise((answer, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', process.env.UI_LOUD ? 'inherit' : 'ignore'], ...options })
    children.add(child)
    const said = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line)
      if (said.length === lines) answer({ child, said })
    })
    child.on('error', fail)
    child.on('exit', (code) => fail(new Error(`${command} ended with ${code} after saying ${said}`)))
  })
}

/** Seeds a county once for each day, size and build of the server; the copies begin alike. */
async function template(subjects, months) {
  const made = Math.round((await stat(server)).mtimeMs)
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const folder = join(programs, 'ui-templates', `${made}-${day}-${subjects}-${months}`)
  try {
    await stat(folder)
  } catch {
    const fresh = `${folder}.unfinished-${process.pid}`
    await mkdir(fresh, { recursive: true })
    await run(server, ['--data', join(fresh, 'county'), 'seed', '--subjects', String(subjects), '--months', String(months), '--seed', SEED])
    await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }))
  }
  return folder
}

/** A county and its phones. */
export class World {
  static async begin(subjects, months = 2) {
    return World.of(await template(subjects, months))
  }

  /** With a copy of the county in this folder. */
  static async of(folder) {
    const world = new World()
    world.folder = await mkdtemp(join(tmpdir(), 'shanfang-ui-'))
    await cp(folder, world.folder, { recursive: true })
    world.children = new Set()
    world.browser = await chromium.launch(BROWSER)
    await world.open()
    return world
  }

  get data() {
    return join(this.folder, 'county')
  }

  /** Starts the server, at the same address as before. */
  async open() {
    const address = this.address ?? '127.0.0.1:0'
    const { child, said } = await started(server, ['--data', this.data, 'serve', '--phones', address, '--desk', this.deskAddress ?? '127.0.0.1:0'], 3, this.children)
    this.server = child
    this.url = said[0].split(' ')[1]
    this.address = new URL(this.url).host
    this.desk = said[1].split(' ')[1]
    this.deskAddress = new URL(this.desk).host
    this.fingerprint = said[2].split(' ').slice(2).join(' ')
  }

  /** Ends the server as a power cut would. */
  close() {
    this.server.removeAllListeners('exit')
    this.server.kill('SIGKILL')
  }

  async cli(...args) {
    return (await run(server, ['--data', this.data, ...args])).stdout
  }

  /** The 16 digits of a sheet for somebody. */
  async sheet(staff) {
    return JSON.parse(await this.cli('enrol', staff, '--json')).code
  }

  /** Starts the process of a phone. Started again with the same name it has the same files. */
  async phone(name, { url = this.url, port = 0 } = {}) {
    const { child, said } = await started(join(programs, 'bridge'), [join(this.folder, name), url, dist, String(port)], 1, this.children)
    return { child, url: said[0], folder: join(this.folder, name) }
  }

  async end() {
    await this.browser.close()
    for (const child of this.children) {
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A file of the repository. */
export const text = (...path) => readFile(join(repository, ...path), 'utf8')
