/** How often the tests of survival kill a service; `UNDERTONE_KILLS=100` has them take their time. */
export const KILLS: number = Number(process.env.UNDERTONE_KILLS ?? 10);
