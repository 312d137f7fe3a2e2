/** A process that is many clients at once, as its one message says, for so long as that says. */
import { constants, setPriority } from "node:os";
import type { Victim } from "./attack.ts";
import { CLIENTS, type ClientKind, prepareClients } from "./clients.ts";

/** So many clients of a kind. */
export interface Crowd {
  readonly kind: ClientKind;
  readonly count: number;
  readonly victim: Victim;
}

export interface Load {
  readonly crowds: readonly Crowd[];
  readonly seconds: number;
}

/** Answers to one kind of clients. */
export interface Answered {
  readonly counts: Record<string, number>;
  /** Duration of each answer. */
  readonly milliseconds: number[];
}

export type LoadResult = Partial<Record<ClientKind, Answered>>;

const kinds = process.argv.slice(2) as ClientKind[];
// They stand for other machines, which take no processor from the server; who waits for the honest ones has to be punctual.
if (!kinds.includes("honest")) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
for (const kind of kinds) prepareClients(kind);

process.once("message", async ({ crowds, seconds }: Load) => {
  const until = AbortSignal.timeout(seconds * 1000);
  const result: LoadResult = {};
  await Promise.all(
    crowds.flatMap(({ kind, count, victim }) => {
      const answered: Answered = { counts: {}, milliseconds: [] };
      result[kind] = answered;
      const report = (answer: string, milliseconds: number) => {
        answered.counts[answer] = (answered.counts[answer] ?? 0) + 1;
        answered.milliseconds.push(milliseconds);
      };
      return Array.from({ length: count }, (_, index) =>
        CLIENTS[kind](victim, index, report, until),
      );
    }),
  );
  process.send?.(result, () => process.exit());
});
process.send?.("ready");
