/** What an attacker pays for. Each number with its reason: none was measured, all can be changed, and all ten estimators face the same. */
export const attackCosts = {
  operation: {
    usd: 100,
    why: 'Planning and doing it at all: an hour or two of somebody. Without it, what costs cents would have no bound per dollar.',
  },
  account: {
    usd: 25,
    why: 'An account that a venue lets sell: identity, deposit, the listing of a machine. Bought ones cost about as much.',
  },
  fee: {
    share_each_side: 0.02,
    why: 'Of the notional, from either side of a trade: low for a marketplace (they take 3 to 20%), usual for an exchange.',
  },
  utilisation: {
    share: 0.5,
    why: 'A venue lists a machine that it can reach. While it is asked too dear for it is not let: the rent of half of the time is lost.',
  },
  exposure: {
    gpu_hours_per_gpu_hour: 4,
    why: 'An offer below the market is taken, within about six hours, for a day: each GPU-hour it stands gives away four at the difference.',
  },
  tied: {
    share: 0.2,
    why: 'Whoever rents what he does not need uses or lets on most of it: a fifth is lost.',
  },
  list: {
    gpus: 256,
    elasticity: 4,
    why: 'A cloud that posts a rate has so many GPUs of a class to let on demand. A rate 1% dearer loses 4% of what it lets; a cheaper one is paid by all of it.',
  },
  withdrawal: {
    premium: 1.2,
    why: 'A host that takes its machines away wants what they would have earned, and a fifth for it.',
  },
  least_gpus: { gpus: 2, why: 'The smallest lot on the standard grade.' },
  most_gpus: { gpus: 1024, why: 'Nobody can list more of one class without being seen: as many as a large cloud has.' },
  most_accounts: { accounts: 100, why: 'No venue takes more new sellers of one class in a day.' },
} as const;

/** USD over the window. */
export const budgets = [250, 1_000, 5_000, 25_000, 100_000] as const;
