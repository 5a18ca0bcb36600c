// As much of Passport's types as its example needs; an app installs @types/passport and @types/passport-local.

type Done = (error: unknown, user?: { readonly id: string } | false | null) => void

declare module 'passport' {
  const passport: {
    authenticate(
      strategy: object,
      options: { readonly session: false },
    ): (
      req: import('node:http').IncomingMessage,
      res: import('node:http').ServerResponse,
      next: () => void,
    ) => void
  }
  // biome-ignore lint/style/noDefaultExport: that is how it comes.
  export default passport
}

declare module 'passport-local' {
  export class Strategy {
    constructor(verify: (username: unknown, password: unknown, done: Done) => void)
  }
}

// biome-ignore lint/style/noNamespace: the one that Express declares for this purpose.
declare namespace Express {
  interface Request {
    readonly user?: { readonly id: string }
  }
}
