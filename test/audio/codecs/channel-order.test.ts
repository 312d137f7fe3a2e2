import { expect, test } from "vitest";
import { fromAacOrder, fromVorbisOrder } from "../../../src/audio/codecs/channel-order.ts";

/** The orders of Vorbis I §4.3.9 and of WAVEFORMATEXTENSIBLE's channel mask. */
test.each([
  ["L", "L"],
  ["L R", "L R"],
  ["L C R", "L R C"],
  ["FL FR BL BR", "FL FR BL BR"],
  ["FL C FR BL BR", "FL FR C BL BR"],
  ["FL C FR BL BR LFE", "FL FR C LFE BL BR"],
  ["FL C FR SL SR BC LFE", "FL FR C LFE BC SL SR"],
  ["FL C FR SL SR BL BR LFE", "FL FR C LFE BL BR SL SR"],
  ["1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9"],
])("Vorbis's %s is WAVE's %s", (vorbis, wave) => {
  expect(fromVorbisOrder(vorbis.split(" ")).join(" ")).toBe(wave);
});

/** The order of elements of ISO/IEC 14496-3, table 1.19. */
test.each([
  ["C", "C"],
  ["L R", "L R"],
  ["C L R", "L R C"],
  ["C L R BC", "L R C BC"],
  ["C L R BL BR", "L R C BL BR"],
  ["C L R BL BR LFE", "L R C LFE BL BR"],
  ["C FLC FRC L R BL BR LFE", "L R C LFE BL BR FLC FRC"],
])("AAC's %s is WAVE's %s", (aac, wave) => {
  expect(fromAacOrder(aac.split(" ")).join(" ")).toBe(wave);
});
