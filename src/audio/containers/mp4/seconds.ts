/** The length of the chosen track of an MP4 file by its index. */
import type { ByteSource } from "../../bytes/source.ts";
import { fileBytes as fileBytesOf } from "./bytes.ts";
import { readMovieTrack } from "./decode.ts";
import { heardSeconds } from "./length.ts";

/** Encoders pad packets at both ends, and not all say so. */
const PADDING_SECONDS = 0.1;

/** Null where the index does not tell, as that of a fragmented file. */
export async function mp4Seconds(
  source: ByteSource,
  fileBytes: number,
  track: number | undefined,
): Promise<number | null> {
  const { chosen } = await readMovieTrack(source, fileBytesOf(source), track);
  const seconds = heardSeconds(chosen, fileBytes);
  return seconds === null ? null : seconds - PADDING_SECONDS;
}
