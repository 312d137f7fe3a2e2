/** Speakers who were enrolled, so that their voices are known again. */

/** A speaker. */
export interface Speaker {
  readonly id: string;
  /** Whose keys may know of it; `null` for nobody's, on a service without keys. */
  readonly owner: string | null;
  readonly name: string;
  /** The id of the model, and the space that its embeddings are in. */
  readonly model: string;
  readonly space: string;
  /** The mean of the clips' embeddings, each of length 1. */
  readonly embedding: Float32Array;
  readonly clips: number;
  /** Seconds of its clips that are not silence. */
  readonly soundSeconds: number;
  readonly createdAt: number;
}

/** What a clip says of a voice. */
export interface Voice {
  /** Of length 1. */
  readonly embedding: Float32Array;
  readonly soundSeconds: number;
}

/** The clips of one speaker: more make a voice no better known. */
export const MOST_CLIPS = 50;

/** A speaker of whom one clip more is known. */
export function withClip(speaker: Speaker, { embedding, soundSeconds }: Voice): Speaker {
  const clips = speaker.clips + 1;
  return {
    ...speaker,
    clips,
    soundSeconds: speaker.soundSeconds + soundSeconds,
    embedding: speaker.embedding.map(
      (value, index) => value + ((embedding[index] as number) - value) / clips,
    ),
  };
}
