/** MP4, M4A, MOV and 3GP, whole and in fragments (ISO/IEC 14496-12, QuickTime File Format). */

import type { AudioBlock } from "../../block.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { type ChosenTrack, chooseTrack } from "../../clip/tracks.ts";
import type { ClipDecoder, DecodeContext } from "../../decoder.ts";
import { cutShort, laterPiece } from "../../faults.ts";
import { decodePackets } from "../packets/decode.ts";
import { topLevelBoxes } from "./boxes/top-level.ts";
import { type FileBytes, fileBytes } from "./bytes.ts";
import { type IndexBox, readIndex } from "./index.ts";
import { readPackets } from "./packets.ts";
import { type Mp4Track, readSoundTrack, soundTracks } from "./track/track.ts";

/**
 * Decodes one sound track of an MP4 or QuickTime file: AAC, ALAC, FLAC, MP3, Opus, AMR narrow band or PCM. Samples are held
 * only if they come before the index of them.
 */
export const decodeMp4: ClipDecoder = async function* (source, context) {
  yield* decodeFile(source, context);
};

async function* decodeFile(source: ByteSource, context: DecodeContext): AsyncGenerator<AudioBlock> {
  const file = fileBytes(source);
  const { chosen: track, index: trackIndex } = await readMovieTrack(source, file, context.track);
  if (!track.tables.isAscending) await file.hold(Infinity);
  const packets = readPackets(source, file, track);
  const { windows, codec } = track;
  const stream = { container: "mp4", track: codec.track, trackIndex, windows, packets };
  yield* decodePackets(stream, context);
}

/**
 * Goes to the end of `moov` and chooses a sound track; `file` holds what comes before.
 * @throws UndertoneError what `chooseTrack` and `readSoundTrack` throw, `clip-truncated` without a `moov`, `not-audio` of a
 *   fragment before it.
 */
export async function readMovieTrack(
  source: ByteSource,
  file: FileBytes,
  track: number | undefined,
): Promise<ChosenTrack<Mp4Track>> {
  const moov = await readMovieIndex(source, file);
  return chooseTrack(soundTracks(moov), track, (trak) => readSoundTrack(trak, moov));
}

/**
 * Goes to the end of `moov`.
 * @throws UndertoneError `not-audio` of a fragment before it.
 */
async function readMovieIndex(source: ByteSource, file: FileBytes): Promise<readonly IndexBox[]> {
  const boxes = topLevelBoxes(source);
  for (;;) {
    const box = await boxes.next();
    if (box === null) throw cutShort("before its index (moov)");
    if (box.type === "moov") return readIndex(source, box.bytes);
    if (box.type === "moof") throw laterPiece("an MP4 recording", "the index (moov)");
    if (box.type === "mdat") await file.hold(box.bytes);
  }
}
