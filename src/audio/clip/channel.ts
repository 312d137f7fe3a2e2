/** Which of a clip's channels are used. */
import { UndertoneError } from "../../errors.ts";

/** All channels mixed, or one of them: `left` is 0, `right` is 1, others by index. */
export type ChannelChoice = "mix" | "left" | "right" | number;

/** The values that `parseChannel` accepts, in words. */
export const ACCEPTED_CHANNELS = "mix, left, right, or the index of a channel from 0";

/** The choice that a text names; `null` if it is none. */
export function parseChannel(text: string): ChannelChoice | null {
  if (text === "mix" || text === "left" || text === "right") return text;
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}

/**
 * The indices of the channels that a choice takes out of so many.
 * @param fromSeconds from where on the clip has so many, for messages
 * @throws UndertoneError `channel-out-of-range`.
 */
export function chosenChannels(
  choice: ChannelChoice,
  channelCount: number,
  fromSeconds = 0,
): readonly number[] {
  if (choice === "mix") return Array.from({ length: channelCount }, (_, index) => index);
  const index = choice === "left" ? 0 : choice === "right" ? 1 : choice;
  if (index < channelCount) return [index];
  const known = channelCount === 1 ? "one channel, 0" : `channels 0 to ${channelCount - 1}`;
  const clip = fromSeconds === 0 ? "The clip" : `From ${fromSeconds.toFixed(3)} s on, the clip`;
  throw new UndertoneError(
    "channel-out-of-range",
    `${clip} has no channel ${choice}: it has ${known}. Ask for one that it has, or for mix.`,
    { channels: channelCount },
  );
}
