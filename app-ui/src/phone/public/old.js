// Run by a WebView that is too old for the app, and by no other: it says so, in place of a white page.
document.getElementById('old').removeAttribute('hidden')
