// What the forms are made of.

import type { VNode } from 'preact'

/** Focused, for the page was loaded to say this: without scripts nothing else would lead there. */
export function Alert({ id, sentence }: { readonly id: string; readonly sentence: string }): VNode {
  return (
    <p class="alert" role="alert" id={id} tabIndex={-1} autofocus>
      {sentence}
    </p>
  )
}

export function UsernameField({ id, value }: { readonly id: string; readonly value: string }): VNode {
  return (
    <div class="field">
      <label for={id}>Username</label>
      <input
        id={id}
        name="username"
        type="text"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        required
        value={value}
      />
    </div>
  )
}

export interface PasswordFieldProps {
  readonly id: string
  readonly label?: string
  /** Whether it is being chosen, or was before. */
  readonly chosen: 'now' | 'before'
}

/** Never comes with what was typed. */
export function PasswordField({ id, label = 'Password', chosen }: PasswordFieldProps): VNode {
  const isNew = chosen === 'now'
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name="password"
        type="password"
        autocomplete={isNew ? 'new-password' : 'current-password'}
        aria-describedby={isNew ? `${id}-hint` : undefined}
        required
      />
      {isNew && (
        <p class="hint" id={`${id}-hint`}>
          At least 15 characters. A few words will do.
        </p>
      )}
    </div>
  )
}
