// Puts the app on the page, with the session above everything that asks for it.

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SessionProvider } from 'sessera/react'
import { App } from './app'
import { client } from './client'
import './style.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element with the id "root".')

createRoot(root).render(
  <StrictMode>
    <SessionProvider client={client}>
      <App />
    </SessionProvider>
  </StrictMode>,
)
