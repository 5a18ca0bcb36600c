import { SignInForm } from './form.jsx'

export default function SignIn() {
  return <SignInForm />
}
