/** Channels of codecs that store them in an order of their own → the order of WAVE files, which the index of a channel means. */

/** Of 3 to 8 channels: where in the Vorbis order (Vorbis I §4.3.9, RFC 7845 §5.1.1.2) each channel of the WAVE order is. */
const FROM_VORBIS: Readonly<Record<number, readonly number[]>> = {
  3: [0, 2, 1],
  5: [0, 2, 1, 3, 4],
  6: [0, 2, 1, 5, 3, 4],
  7: [0, 2, 1, 6, 5, 3, 4],
  8: [0, 2, 1, 7, 5, 6, 3, 4],
};

/** The same of AAC's channel configurations (ISO/IEC 14496-3, table 1.19), by their number of channels. */
const FROM_AAC: Readonly<Record<number, readonly number[]>> = {
  3: [1, 2, 0],
  4: [1, 2, 0, 3],
  5: [1, 2, 0, 3, 4],
  6: [1, 2, 0, 5, 3, 4],
  8: [3, 4, 0, 7, 5, 6, 1, 2],
};

/** Something per channel in the Vorbis order, brought into the WAVE order. */
export function fromVorbisOrder<Item>(items: readonly Item[]): Item[] {
  return reordered(items, FROM_VORBIS[items.length]);
}

/** Something per channel in the AAC order, brought into the WAVE order. */
export function fromAacOrder<Item>(items: readonly Item[]): Item[] {
  return reordered(items, FROM_AAC[items.length]);
}

function reordered<Item>(items: readonly Item[], order: readonly number[] | undefined): Item[] {
  return order === undefined ? [...items] : order.map((index) => items[index] as Item);
}
