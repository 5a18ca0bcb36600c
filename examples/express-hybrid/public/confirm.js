// Renews the proof of who somebody is, then sends the form that asked for it. The password goes to Sessera only.

const form = document.querySelector('form')
const password = document.querySelector('input[type=password]')
const alert = document.querySelector('[role=alert]')

form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const answer = await fetch('/auth/reauthenticate', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ password: password instanceof HTMLInputElement ? password.value : '' }),
  })
  if (answer.ok) form.submit()
  else if (alert !== null) alert.textContent = (await answer.json()).title
})
