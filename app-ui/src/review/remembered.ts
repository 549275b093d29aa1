// What a page was about when it was left, kept while this window is open and nowhere else.
export const remembered = { search: '' }
