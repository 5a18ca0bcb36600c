// Runs once, when the server starts: creates the user `ada` and prints her password, on the first start.

export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { createAda } = await import('./lib/ada.js')
  await createAda()
}
