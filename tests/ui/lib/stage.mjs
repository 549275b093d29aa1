// A phone on which every screen has something to show, set up behind its screen.
import { command, PIN } from './phone.mjs'

const FIRST = '董正雄'
const SECOND = '段树龙'

async function enrolled(world, name, staff) {
  const phone = await world.phone(name)
  await command(phone, 'enrol', { code: await world.sheet(staff), pin: PIN, county: null })
  await command(phone, 'exchange')
  return phone
}

async function find(phone, typed) {
  const [found] = await command(phone, 'search', { typed, offset: 0, count: 1 })
  return found
}

/** Answers every question that is asked. */
export async function fill(phone, visit, subject) {
  for (let round = 0; round < 60; round++) {
    const { pages } = await command(phone, 'form', { visit, subject })
    const open = pages.flatMap((page) => page.questions).find((one) => one.relevant && one.required && !one.worked_out && one.value === null)
    if (!open) return
    const first = open.choices[0]?.code
    await command(phone, 'answer', { visit, subject, path: open.path, value: open.kind === 'select_multiple' ? [first] : first })
  }
}

export async function visited(phone, person, finish = true) {
  const start = { household: person.household, place: null, subjects: [{ subject: person.subject, met: 'self' }], way: 'home', happened: null }
  const { visit } = await command(phone, 'start_visit', start)
  if (!finish) return visit
  await fill(phone, visit, person.subject)
  return (await command(phone, 'finish', { visit })).visit
}

async function correct(phone, person, value) {
  const { seen } = await command(phone, 'person', { subject: person.subject })
  await command(phone, 'correct_contact', { record: { kind: 'person', id: person.subject }, key: 'phone', value, seen })
}

/** Two phones of one village: a visit received, one that waits, one being filled in, one put away, a field contested. */
export async function set(world) {
  const one = await enrolled(world, 'one', FIRST)
  const two = await enrolled(world, 'two', SECOND)
  const person = await find(one, '李润珍')
  const other = await find(one, '杨四妹')
  const received = await visited(one, await find(one, '杨桂芝'))
  await correct(one, other, '10712345678')
  await correct(two, other, '10787654321')
  for (const phone of [one, two, one]) await command(phone, 'exchange')
  const away = await visited(one, await find(one, '何七云'), false)
  await command(one, 'discard_draft', { visit: away })
  const draft = await visited(one, person, false)
  const members = await command(one, 'people', { village: null, group: null, household: person.household, offset: 0, count: 9 })
  for (const member of members.filter((one) => one.subject !== person.subject)) {
    await command(one, 'set_met', { visit: draft, subject: member.subject, met: 'self', reason: null, reason_words: null, reason_from: null, come_again: null })
  }
  const waiting = await visited(one, await find(one, '张娣'))
  // From here on it has no signal: opening the app would send what is to be seen waiting.
  await fetch(`${one.url}/signal`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"on":false}' })
  const [{ part }] = await command(one, 'history', { subject: (await find(one, '杨桂芝')).subject, after: null, count: 1 })
  return { one, two, person, other, received, waiting, draft, part }
}

/** A phone whose holder's roles have ended: the visit that it brings is set aside. */
export async function away(world) {
  const phone = await enrolled(world, 'away', FIRST)
  const person = await find(phone, '杨桂芝')
  await visited(phone, person)
  const lines = (await world.cli('staff', 'list', '云龙县')).split('\n').map((one) => one.trim().split(/\s{2,}/))
  for (const line of lines.filter((one) => one.includes(FIRST))) await world.cli('staff', 'end', line.at(-1))
  return { phone, person }
}
