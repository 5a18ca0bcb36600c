// Express 4 as far as the suite uses it: the types of Express 5 fit.

declare module 'express-4' {
  export { default } from 'express'
}
