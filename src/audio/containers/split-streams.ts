/** Frames of a file → the streams that follow each other in it, such as recordings that were joined. */
import type { FrameHeader, FrameSyntax } from "./frame-search.ts";
import type { Frame } from "./frame-stream.ts";

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
  let next = await frames.next();
  const framesFrom = async function* (first: Frame<Header>) {
    while (next.done !== true && isSameStream(first.header, next.value.header)) {
      yield next.value;
      next = await frames.next();
    }
  };
  while (next.done !== true) {
    const first = next.value;
    yield { first, frames: framesFrom(first) };
  }
}
