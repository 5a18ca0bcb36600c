// What the apps do when nobody asks who it is: the same to the letter.

export interface Account {
  readonly number: string
  readonly owner: string
  readonly balance: number
}

export interface Transfer {
  readonly by: string
  readonly from: string
  readonly to: string
  readonly amount: number
}

export interface Bank {
  accountsOf(owner: string): readonly Account[]
  find(number: string): Account | null
  transfer(order: Transfer): { readonly done: boolean }
  report(year: number): { readonly year: number; readonly total: number }
}

export function createBank(): Bank {
  const accounts = new Map<string, Account>()
  return {
    accountsOf: (owner) => [...accounts.values()].filter((account) => account.owner === owner),
    find: (number) => accounts.get(number) ?? null,
    transfer({ by, from, to, amount }) {
      const [source, target] = [accounts.get(from), accounts.get(to)]
      if (source?.owner !== by || target === undefined || source.balance < amount) return { done: false }
      accounts.set(from, { ...source, balance: source.balance - amount })
      accounts.set(to, { ...target, balance: target.balance + amount })
      return { done: true }
    },
    report: (year) => ({
      year,
      total: [...accounts.values()].reduce((sum, { balance }) => sum + balance, 0),
    }),
  }
}
