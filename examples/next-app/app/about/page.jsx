// Reads no credential, so Next renders it once, when it builds.
export default function About() {
  return <p>The same for everybody.</p>
}
