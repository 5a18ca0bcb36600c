// Sessera is an ECMAScript module, which Jest compiles before `require` loads it.

module.exports = {
  transform: { '\\.js$': '@swc/jest' },
  transformIgnorePatterns: ['/node_modules/(?!sessera/)'],
}
