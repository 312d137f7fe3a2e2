import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runUndertone } from "../../support/cli/undertone.ts";
import type { startService } from "../../support/http/service.ts";
import { ask, startTaskService, VOCABULARY, wavOf } from "../../support/http/tasks.ts";
import { withChangedGolden } from "../../support/model/golden-heads.ts";

let directory: string;
let service: ReturnType<typeof startService>;
let clip: Uint8Array<ArrayBuffer>;

async function build(name: string, files: Readonly<Record<string, string>> = {}) {
  const out = join(directory, name);
  const built = await withChangedGolden(
    name,
    {},
    (source) =>
      runUndertone([
        "pack",
        "build",
        source,
        "--precision",
        "fp32",
        "--out",
        out,
        "--id",
        `${name}-fp32`,
      ]),
    files,
  );
  expect(built.stderr).not.toMatch(/Error/);
  expect(built.status).toBe(0);
  return built;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-tasks-"));
  service = await startTaskService();
  clip = await wavOf("x16000");
  await writeFile(join(directory, "clip.wav"), clip);
  await writeFile(join(directory, "other.wav"), await wavOf("single1"));
});
afterAll(() => rm(directory, { recursive: true }));

/** What the endpoint answers about the clip, without what is each request's and each pack's own. */
async function answerOf(address: string, model: string) {
  const answer = await (await ask(service, address, model, clip)).json();
  const { request_id, model: _, ...rest } = answer;
  expect(request_id).toEqual(expect.any(String));
  return rest;
}

async function run(...args: readonly string[]) {
  const result = await runUndertone(args, directory);
  expect(result.stderr).toBe("");
  return result.stdout;
}

describe("the command line answers as the endpoints do:", () => {
  test("embed, with an option of its own", async () => {
    await build("tiny-xvector");
    const [line, empty] = (await run("embed", "clip.wav", "--l2", "--pack", "tiny-xvector")).split(
      "\n",
    );
    expect(empty).toBe("");
    const { file, model, ...rest } = JSON.parse(line as string);
    expect(file).toBe("clip.wav");
    expect(model.id).toBe("tiny-xvector-fp32");
    expect(rest).toEqual(await answerOf("embeddings?l2=true", "tiny-xvector"));
  });

  test("compare", async () => {
    const answer = JSON.parse(
      await run("compare", "clip.wav", "other.wav", "--pack", "tiny-xvector"),
    );
    const form = new FormData();
    form.set("a", new Blob([clip]), "a.wav");
    form.set("b", new Blob([await wavOf("single1")]), "b.wav");
    const { cosine, note } = await (await ask(service, "comparisons", "tiny-xvector", form)).json();
    expect(answer).toMatchObject({
      a: { file: "clip.wav" },
      b: { file: "other.wav" },
      cosine,
      note,
    });
  });

  test("transcribe, a line for each clip", async () => {
    await build("tiny-ctc", VOCABULARY);
    const lines = (
      await run(
        "transcribe",
        "clip.wav",
        "other.wav",
        "--decoder",
        "beam",
        "--beam-width",
        "4",
        "--pack",
        "tiny-ctc",
      )
    )
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ file }) => file)).toEqual(["clip.wav", "other.wav"]);
    const { file, model, ...rest } = lines[0];
    expect(rest).toEqual(await answerOf("transcriptions?decoder=beam&beam_width=4", "tiny-ctc"));
    for (const format of ["txt", "srt", "vtt"]) {
      const response = await ask(service, `transcriptions?format=${format}`, "tiny-ctc", clip);
      const written = await run("transcribe", "clip.wav", "--format", format, "--pack", "tiny-ctc");
      expect(written).toBe(await response.text());
    }
  });

  test("classify", async () => {
    await build("tiny-seqcls");
    const { file, model, ...rest } = JSON.parse(
      await run("classify", "clip.wav", "--pack", "tiny-seqcls"),
    );
    expect(rest).toEqual(await answerOf("classifications", "tiny-seqcls"));
  });

  test("diarize, as JSON and as RTTM by the file's name", async () => {
    await build("tiny-afc");
    const args = ["diarize", "clip.wav", "--min-gap", "0", "--pack", "tiny-afc"];
    const { file, model, ...rest } = JSON.parse(await run(...args));
    expect(rest).toEqual(await answerOf("diarizations?min_gap=0", "tiny-afc"));
    const response = await ask(service, "diarizations?min_gap=0&format=rttm", "tiny-afc", clip);
    expect(await run(...args, "--format", "rttm")).toBe(await response.text());
  });
});

describe("the command line says", () => {
  test("that a pack has no such head", async () => {
    const result = await runUndertone(["diarize", "clip.wav", "--pack", "tiny-ctc"], directory);
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toMatch(/^model-without-head: Model 'tiny-ctc-fp32' has no head/);
  });

  test("which file is too short", async () => {
    await writeFile(join(directory, "short.wav"), await wavOf("x4001"));
    const result = await runUndertone(["embed", "short.wav", "--pack", "tiny-xvector"], directory);
    expect(result.status).toBe(1);
  });

  test("that transcriptions will be numbers where there is no vocab.json", async () => {
    const { stdout, stderr } = await build("tiny-ctc");
    expect(stdout).toMatch(/with a head for ctc/);
    expect(stderr).toMatch(/no vocab\.json/);
  });
});

describe("pack build --last-state", () => {
  test("decides what a weighted sum ends with, whatever config.json's version", async () => {
    const out = join(directory, "normed");
    const args = ["pack", "build", "--precision", "fp32", "--last-state", "normed", "--out", out];
    const built = await withChangedGolden("tiny-layer-seqcls", {}, (source) =>
      runUndertone([...args, source]),
    );
    expect(built.status).toBe(0);
    const { default: manifest } = await import(join(out, "manifest.json"), {
      with: { type: "json" },
    });
    expect(manifest.heads[0].layerSum.lastState).toBe("normed");
  });

  test("is refused where nothing is summed up", async () => {
    const args = [
      "pack",
      "build",
      "--precision",
      "fp32",
      "--last-state",
      "raw",
      "--out",
      join(directory, "x"),
    ];
    const built = await withChangedGolden("tiny-ctc", {}, (source) =>
      runUndertone([...args, source]),
    );
    expect(built).toMatchObject({ status: 1 });
    expect(built.stderr).toMatch(/^invalid-option: .*--last-state/);
  });
});
