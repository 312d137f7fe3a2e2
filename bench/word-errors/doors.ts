/** Word errors of the q8 pack of spoken-words through every door, with greedy decoding. */
import { type WordErrors, wordErrors } from "../../src/model/accuracy/word-error.ts";
import { isMissing } from "../../test/doors/ask.ts";
import { TRANSCRIBING_DOORS } from "../../test/doors/transcribing.ts";
import { encode } from "../decoders/formats.ts";
import { OPUS } from "./channels.ts";
import type { Utterance } from "./utterances.ts";

/** How utterances are sent, a column each. */
export const DOOR_COLUMNS = ["WAV", "Opus, 12 kbit/s"] as const;

/** A door's word errors in each of these columns. */
export interface DoorErrors {
  readonly name: string;
  readonly columns: readonly (readonly WordErrors[])[];
}

/** Sends the utterances through one door after the other; doors that are missing on this machine are left out. */
export async function countDoorErrors(said: readonly Utterance[]): Promise<DoorErrors[]> {
  const columns = [said.map(({ wav }) => wav), said.map(({ wav }) => encode(wav, OPUS))];
  const counted: DoorErrors[] = [];
  for (const entry of TRANSCRIBING_DOORS.filter((door) => !isMissing(door))) {
    const door = await entry.open();
    try {
      const errors: WordErrors[][] = [];
      for (const clips of columns) {
        const written = await door.transcribe(clips);
        errors.push(said.map(({ text }, index) => wordErrors(text, written[index]?.text ?? "")));
      }
      counted.push({ name: entry.name, columns: errors });
    } finally {
      await door.close();
    }
    console.error(`${entry.name}: done`);
  }
  return counted;
}
