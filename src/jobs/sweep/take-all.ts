/** Steps that do not depend on each other. */

/** Takes every step in turn, also after one that failed; throws the first failure in the end. */
export async function takeAll(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
