/** @type {import('next').NextConfig} */
const config = {
  // It has native parts, and one process has it once.
  serverExternalPackages: ['sessera'],
}

export default config
