/** Sends all clips through all doors. */
import type { Door, DoorClip, DoorEntry, Outcome } from "./door.ts";

/** Doors with an even index take turns, and those with an odd one: each where the others do not compute. */
const DOORS_AT_ONCE = 2;

/** What a door said, by the names of the clips. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** What each door says of each clip; doors that are missing here say nothing. */
export function askDoors(
  doors: readonly DoorEntry[],
  clips: readonly DoorClip[],
): Promise<Outcomes>[] {
  const turns: Promise<unknown>[] = Array(DOORS_AT_ONCE).fill(Promise.resolve());
  return doors.map((entry, index) => {
    if (isMissing(entry)) return Promise.resolve(new Map());
    const before = turns[index % DOORS_AT_ONCE] as Promise<unknown>;
    // All are opened at the beginning, so that what several lead into is started once.
    const asked = Promise.all([entry.open(), before]).then(([door]) => ask(door, clips));
    turns[index % DOORS_AT_ONCE] = asked.catch(() => {});
    return asked;
  });
}

async function ask(door: Door, clips: readonly DoorClip[]): Promise<Outcomes> {
  const outcomes = await door.sendAll(clips).finally(() => door.close());
  return new Map(clips.map(({ name }, index) => [name, outcomes[index] as Outcome]));
}

/** Whether a door is left out because this machine has not what it needs; never in CI. */
export function isMissing({ missing }: Pick<DoorEntry, "missing">): boolean {
  return missing != null && process.env.CI !== "true";
}
