/** Sends all clips through all doors. */
import type { DoorClip, DoorEntry, Outcome } from "./door.ts";

/** One waits where the other computes. */
const DOORS_AT_ONCE = 2;

/** What a door said, by the names of the clips. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** What each door says of each clip; doors that are missing here say nothing. */
export function askDoors(
  doors: readonly DoorEntry[],
  clips: readonly DoorClip[],
): Promise<Outcomes>[] {
  const turns: Promise<unknown>[] = Array(DOORS_AT_ONCE).fill(Promise.resolve());
  return doors.map((door, index) => {
    const asked = (turns[index % DOORS_AT_ONCE] as Promise<unknown>).then(() => ask(door, clips));
    turns[index % DOORS_AT_ONCE] = asked.catch(() => {});
    return asked;
  });
}

async function ask(entry: DoorEntry, clips: readonly DoorClip[]): Promise<Outcomes> {
  if (isMissing(entry)) return new Map();
  const door = await entry.open();
  const outcomes = await door.sendAll(clips).finally(() => door.close());
  return new Map(clips.map(({ name }, index) => [name, outcomes[index] as Outcome]));
}

/** Whether a door is left out because this machine has not what it needs; never in CI. */
export function isMissing({ missing }: DoorEntry): boolean {
  return missing != null && process.env.CI !== "true";
}
