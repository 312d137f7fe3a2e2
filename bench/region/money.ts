/** What a month costs, by prices that are documentation's, in US dollars. */

/** Prices of a way to run it. */
export interface Prices {
  /** A month of the plan or of machines that are always on. */
  readonly perMonth: number;
  /** For a clip: processor time aside, requests, storage operations and rows. */
  readonly perClip: number;
  readonly perComputedSecond: number;
}

/** Of Workers: 1,000 clips of 5 s cost 0.05 $, of which 0.027 $ are processor time of 1.35 s each, and the plan 5 $ a month. */
export const WORKER_PRICES: Prices = {
  perMonth: 5,
  perClip: 0.023 / 1000,
  perComputedSecond: 0.02 / 1e6 / 0.001,
};

/** Of a server with processors of its own: 49 $ a month, always on. */
export const SERVER_PRICES: Prices = { perMonth: 49, perClip: 0, perComputedSecond: 0 };

const DAYS_A_MONTH = 30;

/** Dollars of 30 days like this one. */
export function monthlyDollars(
  day: { readonly answered: number; readonly computedSeconds: number },
  prices: Prices,
  machines = 1,
): number {
  const { perMonth, perClip, perComputedSecond } = prices;
  const daily = day.answered * perClip + day.computedSeconds * perComputedSecond;
  return perMonth * machines + daily * DAYS_A_MONTH;
}
