/** Fixtures as parts of odd clips. */
import { CLIPS, type ClipFixture } from "../../../../support/decoding/fixture-list.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

/** A fixture's bytes and how long it is. */
export interface FixtureLink extends ClipFixture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly seconds: number;
}

/** A file of test/fixtures/clips. */
export function fixtureLink(file: string): FixtureLink {
  const clip = CLIPS.find((known) => known.file === file);
  if (clip === undefined) throw new Error(`${file} is no fixture`);
  return { ...clip, bytes: readClip(file), seconds: clip.samples / clip.sampleRateHz };
}

/** What an odd clip that is made of it has in common with it. */
export function formatOf({ container, codec, sampleRateHz, channels, seconds }: FixtureLink) {
  return { container, codec, sampleRateHz, channels, seconds };
}
