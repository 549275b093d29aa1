// The month, played with few people: its figures, read from the console's page in a browser, are those of the desk, the
// doctor and plain SQL. What the month itself has to hold is asked by tests/tests/e2e/month.rs.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { repository } from './lib/world.mjs'

const programs = process.env.SHANFANG_PROGRAMS ?? join(repository, 'target', 'debug')

/** Plays until the console is left open, and then tells it to stop. */
function played(folder) {
  return new Promise((answer, fail) => {
    const screens = join(repository, 'app-ui', 'dist')
    const args = ['--month', '--data', folder, '--subjects', '400', '--screens', screens]
    const child = spawn(join(programs, 'demo'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const heard = (chunk) => {
      said += chunk
      if (said.includes('按 Ctrl+C 停下')) child.kill('SIGTERM')
    }
    child.stdout.on('data', heard)
    child.stderr.on('data', heard)
    child.on('error', fail)
    child.on('exit', (code) => (code === 0 ? answer(said) : fail(new Error(`the month ended with ${code}: ${said.slice(-2_000)}`))))
  })
}

test('what the console shows at the end of a month is what SQL counts in an export', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shanfang-month-'))
  try {
    const said = await played(folder)
    assert.match(said, /抽 200 个格子（不为零的 \d+ 个）：控制台、doctor 的重算、导出后的 SQL 一致 200 个/)
    assert.match(said, /在浏览器里读出来的 200 个，也都一样/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
