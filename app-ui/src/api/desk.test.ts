// The types of the desk's routes are those of its description.
import openapi, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { expect, test } from 'vitest'
import document from './openapi.generated.json?raw'
import types from './desk.generated.ts?raw'

test('the types were made of the description that is checked in: npm run api', async () => {
  const made = await openapi(JSON.parse(document))
  expect(`${COMMENT_HEADER}${astToString(made)}`).toBe(types)
})
