/** Every odd clip of the field; test/doors sends all of them through every door. */
import { ADTS_CLIPS } from "./adts.ts";
import { AIFF_CLIPS } from "./aiff.ts";
import { AMR_CLIPS } from "./amr.ts";
import type { FieldClip } from "./field-clip.ts";
import { FLAC_CLIPS } from "./flac.ts";
import { MATROSKA_CLIPS } from "./matroska.ts";
import { MP3_CLIPS } from "./mp3.ts";
import { MP4_CLIPS } from "./mp4.ts";
import { MP4_PACKET_CLIPS } from "./mp4-packets.ts";
import { OGG_CHAIN_CLIPS } from "./ogg-chains.ts";
import { OGG_PAGE_CLIPS } from "./ogg-pages.ts";
import { SPHERE_CLIPS } from "./sphere.ts";
import { WAV_CHUNK_CLIPS } from "./wav-chunks.ts";
import { WAV_HEADER_CLIPS } from "./wav-headers.ts";
import { WAV_MPEG_CLIPS } from "./wav-mpeg.ts";
import { WAV_SAMPLE_CLIPS } from "./wav-samples.ts";

export const FIELD_CLIPS: readonly FieldClip[] = [
  ...WAV_HEADER_CLIPS,
  ...WAV_CHUNK_CLIPS,
  ...WAV_SAMPLE_CLIPS,
  ...WAV_MPEG_CLIPS,
  ...AIFF_CLIPS,
  ...SPHERE_CLIPS,
  ...MP3_CLIPS,
  ...ADTS_CLIPS,
  ...FLAC_CLIPS,
  ...AMR_CLIPS,
  ...OGG_CHAIN_CLIPS,
  ...OGG_PAGE_CLIPS,
  ...MP4_CLIPS,
  ...MP4_PACKET_CLIPS,
  ...MATROSKA_CLIPS,
];
