/** A result, as the page shows it. */
import { namesOf } from "./clips.ts";
import { showDownloads } from "./downloads.ts";
import { element, focusIfScrolls, setShown } from "./elements.ts";
import { type Outcome, soundsOf } from "./outcome.ts";
import { announce } from "./progress.ts";
import { showStates } from "./states.ts";
import { showTable } from "./table.ts";
import { showSound } from "./timeline.ts";
import { viewOf } from "./views.ts";

/** Shows it, and says to screen readers what it is in short. */
export function showResult(outcome: Outcome): void {
  const { answered, clips, place } = outcome;
  const view = viewOf(answered);
  element("headline").textContent = view.headline;
  element("remark").textContent = view.remark;
  setShown("remark", view.remark !== "");
  showFacts(outcome);
  element("backend").textContent = place;
  showWarnings(soundsOf(answered).flatMap(({ warnings }) => warnings.map(({ detail }) => detail)));
  showTable(view.table);
  setShown("result", true);
  focusIfScrolls("table");
  showStates(outcome);
  showDownloads(outcome);
  void showSound(clips, soundsOf(answered), view.spans);
  announce(`Done. ${view.headline}`);
}

function showFacts({ answered, clips, decodedBy, tookMs, hasLoaded }: Outcome): void {
  const { model } = answered.answer;
  const synthetic =
    model.weights === "synthetic" ? ", whose weights are synthetic: its numbers mean nothing" : "";
  const decoder = decodedBy === "Undertone" ? "" : `, decoded by ${decodedBy}`;
  const loading = hasLoaded ? ", loading included" : "";
  const lengths = soundsOf(answered).map(({ seconds }) => `${seconds.toFixed(2)} s`);
  const frames = "frames" in answered.answer ? `, ${answered.answer.frames} frames` : "";
  element("name").textContent = namesOf(clips);
  element("clip").textContent = `${lengths.join(" and ")}${frames}${decoder}`;
  element("model").textContent = `${model.id}${synthetic}`;
  element("time").textContent = `${(tookMs / 1000).toFixed(2)} s${loading}`;
}

function showWarnings(details: readonly string[]): void {
  const items = details.map((detail) =>
    Object.assign(document.createElement("li"), { textContent: detail }),
  );
  element("warnings").replaceChildren(...items);
  setShown("warnings", details.length > 0);
}
