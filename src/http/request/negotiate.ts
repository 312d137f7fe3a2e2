/** Chooses the format of an answer from the Accept header (RFC 9110 §12.5.1). */
import { parseAccept } from "hono/utils/accept";
import { UndertoneError } from "../../errors.ts";
import { FORMATS, type Format } from "../../formats/format.ts";
import { MEDIA_TYPES } from "../../formats/media-types.ts";

/** A format and the media type it is sent as. */
export interface ChosenFormat {
  readonly format: Format;
  readonly mediaType: string;
}

type AcceptedRange = ReturnType<typeof parseAccept>[number];

/**
 * The format asked for by option, else the one that Accept likes best, JSON first among equals; JSON without Accept.
 * @throws UndertoneError `not-acceptable` if Accept takes none of them.
 */
export function chooseFormat(option: Format | undefined, accept: string | undefined): ChosenFormat {
  if (option !== undefined) return { format: option, mediaType: MEDIA_TYPES[option][0] };
  const ranges = accept === undefined || accept.trim() === "" ? [] : parseAccept(accept);
  if (ranges.length === 0) return chooseFormat("json", undefined);
  const offers = FORMATS.flatMap((format) =>
    MEDIA_TYPES[format].map((mediaType) => ({ format, mediaType })),
  );
  const rated = offers.map((offer) => ({ offer, quality: quality(offer.mediaType, ranges) }));
  const best = rated.reduce((champion, next) =>
    next.quality > champion.quality ? next : champion,
  );
  if (best.quality > 0) return best.offer;
  throw new UndertoneError(
    "not-acceptable",
    `No format matches the Accept header. Accept one of ${offers.map((offer) => offer.mediaType).join(", ")}, or give option \`format\`.`,
    { available: offers.map((offer) => offer.mediaType) },
  );
}

/** True if Accept likes `mediaType` better than `other`. */
export function prefers(accept: string | undefined, mediaType: string, other: string): boolean {
  if (accept === undefined || accept.trim() === "") return false;
  const ranges = parseAccept(accept);
  return quality(mediaType, ranges) > quality(other, ranges);
}

/** The q of the most specific range that covers `mediaType`; 0 if none does. */
function quality(mediaType: string, ranges: readonly AcceptedRange[]): number {
  const covering = [mediaType, `${mediaType.split("/")[0]}/*`, "*/*"];
  for (const range of covering) {
    const match = ranges.find(({ type }) => type.toLowerCase() === range);
    if (match !== undefined) return match.q;
  }
  return 0;
}
