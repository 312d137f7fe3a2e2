/** Tests of load: many jobs at once, ten of each clip. */

/** How many jobs there are; `UNDERTONE_JOBS=1000` has the tests take their time. */
export const JOBS: number = Number(process.env.UNDERTONE_JOBS ?? 300);
export const CLIENTS = 20;
export const CLIPS: number = JOBS / 10;
