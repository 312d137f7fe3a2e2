/** Frames of a file → the streams that follow each other in it, such as recordings that were joined. */
import type { FrameHeader, FrameSyntax } from "./frame-search.ts";
import type { Frame } from "./frames.ts";

/** Frames that one decoder decodes. */
export interface FrameStream<Header extends FrameHeader> {
  readonly first: Frame<Header>;
  /** All of them, the first one too; they have to be read before the next stream is asked for. */
  readonly frames: AsyncGenerator<Frame<Header>>;
}

/** A stream ends where the headers say something else. */
export async function* splitStreams<Header extends FrameHeader>(
  frames: AsyncGenerator<Frame<Header>>,
  { isSameStream }: FrameSyntax<Header>,
): AsyncGenerator<FrameStream<Header>> {
  let next: Frame<Header> | null = await take(frames);
  const framesFrom = async function* (first: Frame<Header>) {
    while (next !== null && isSameStream(first.header, next.header)) {
      const frame = next;
      next = null;
      yield frame;
      next = await take(frames);
    }
  };
  while (next !== null) {
    const first: Frame<Header> = next;
    yield { first, frames: framesFrom(first) };
  }
}

async function take<Value>(values: AsyncGenerator<Value>): Promise<Value | null> {
  const { value, done } = await values.next();
  return done === true ? null : value;
}
