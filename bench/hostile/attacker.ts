/** A process that does the attack that its argument names: says that it is ready, waits for the victim, tells the answers. */
import { constants, setPriority } from "node:os";
import type { Victim } from "./attack.ts";
import { ATTACKS } from "./known-attacks.ts";

/** Result of an attack. */
export interface Struck {
  readonly seconds: number;
  readonly answers: readonly string[];
}

const attack = ATTACKS.find(({ name }) => name === process.argv[2]);
if (attack === undefined) throw new Error(`there is no attack '${process.argv[2]}'`);
// It stands for another machine, which takes no processor from the server.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const strike = attack.prepare();

process.once("message", async (victim: Victim) => {
  const startedMs = performance.now();
  const answers = await strike(victim).catch((error: Error) => [error.message]);
  const struck: Struck = { seconds: (performance.now() - startedMs) / 1000, answers };
  process.send?.(struck, () => process.disconnect());
});
process.send?.("ready");
