/** Answers of tasks as a headline, spans of time and a table. */
import type { Answered, OfTask } from "./outcome.ts";
import type { Table } from "./table.ts";
import type { Span } from "./timeline.ts";

/** What is shown of an answer. */
export interface View {
  readonly headline: string;
  /** A sentence below it, or nothing. */
  readonly remark: string;
  readonly spans: readonly Span[];
  readonly table: Table | null;
}

const PLAIN = { remark: "", spans: [], table: null } as const;

/** The view of an answer. */
export function viewOf(answered: Answered): View {
  switch (answered.task) {
    case "features":
      return featuresView(answered);
    case "transcription":
      return transcriptionView(answered.answer);
    case "classification":
      return classificationView(answered.answer);
    case "diarization":
      return diarizationView(answered.answer);
    case "embedding":
      return embeddingView(answered.answer);
    case "comparison":
      return comparisonView(answered.answer);
  }
}

function featuresView({ tensors }: Answered & { readonly task: "features" }): View {
  const [frames, channels] = tensors[0]?.shape ?? [0, 0];
  const states = tensors.length === 1 ? "One hidden state" : `${tensors.length} hidden states`;
  return { ...PLAIN, headline: `${states} of ${frames} frames, ${channels} channels each` };
}

function transcriptionView({ text, words }: OfTask<"transcription">["answer"]): View {
  return {
    headline: text === "" ? "No words were recognized" : text,
    remark: "",
    spans: words.map(({ text: label, start, end }) => ({ label, start, end })),
    table: {
      caption: "Words and their times",
      columns: ["Word", "From", "To", "Confidence"],
      rows: words.map(({ text: word, start, end, confidence }) => [
        word,
        seconds(start),
        seconds(end),
        percent(confidence),
      ]),
    },
  };
}

function classificationView({ labels, scores }: OfTask<"classification">["answer"]): View {
  const print = scores === "none" ? (score: number) => score.toFixed(4) : percent;
  const [first] = labels;
  return {
    ...PLAIN,
    headline: first === undefined ? "No labels" : `${first.label}: ${print(first.score)}`,
    remark: scores === "sigmoid" ? "Each label may hold or not, whatever the others do." : "",
    table: {
      caption: "Labels and their scores",
      columns: ["Label", "Score"],
      rows: labels.map(({ label, score }) => [label, print(score)]),
    },
  };
}

function diarizationView({ speakers, segments }: OfTask<"diarization">["answer"]): View {
  const speaking = speakers.filter((name) => segments.some(({ speaker }) => speaker === name));
  return {
    ...PLAIN,
    headline: `${count(speaking.length, "speaker")} in ${count(segments.length, "segment")}`,
    spans: segments.map(({ speaker, start, end }) => ({
      label: speaker,
      start,
      end,
      lane: speaking.indexOf(speaker),
    })),
    table: {
      caption: "Who speaks when",
      columns: ["Speaker", "From", "To", "Probability"],
      rows: segments.map(({ speaker, start, end, probability }) => [
        speaker,
        seconds(start),
        seconds(end),
        percent(probability),
      ]),
    },
  };
}

function embeddingView({
  method,
  layer,
  pool,
  size,
  embedding,
}: OfTask<"embedding">["answer"]): View {
  const origin = method === "xvector" ? "the speaker's x-vector" : `the ${pool} of ${layer}`;
  const first = embedding.slice(0, 8).map((value) => value.toFixed(4));
  return {
    ...PLAIN,
    headline: `A vector of ${size} numbers`,
    remark: `It is ${origin}, and begins with ${first.join(", ")}.`,
  };
}

function comparisonView(answer: (Answered & { readonly task: "comparison" })["answer"]): View {
  const { cosine, same_speaker: isSame, note } = answer;
  const verdict = { true: "One speaker", false: "Different speakers", null: "Similarity" };
  return {
    ...PLAIN,
    headline: `${verdict[`${isSame}`]}: the cosine is ${cosine.toFixed(4)}`,
    remark: note,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
