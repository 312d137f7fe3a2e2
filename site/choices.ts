/** The choice of task, model and place. */
import { element } from "./elements.ts";
import type { ListedModel } from "./models.ts";
import { FEATURES, TASKS, type Task } from "./tasks.ts";

/** What is chosen. */
export interface Choice {
  readonly task: Task;
  /** The id of a model; empty for the service's default. */
  readonly model: string;
  readonly place: "here" | "service";
}

const taskSelect = element("task-choice") as HTMLSelectElement;
const modelSelect = element("model-choice") as HTMLSelectElement;

/** What is chosen now. */
export function currentChoice(): Choice {
  const task = TASKS.find(({ name }) => name === taskSelect.value) ?? FEATURES;
  const place = document.querySelector<HTMLInputElement>("input[name=place]:checked")?.value;
  return { task, model: modelSelect.value, place: place === "service" ? "service" : "here" };
}

/** Fills the choices, with what the page's address says of task and model, and calls `onChange` when they change. */
export function startChoices(parameters: URLSearchParams, onChange: () => void): void {
  taskSelect.replaceChildren(...TASKS.map(({ name, label }) => new Option(label, name)));
  const task = parameters.get("task");
  if (TASKS.some(({ name }) => name === task)) taskSelect.value = task as string;
  const model = parameters.get("model") ?? "";
  modelSelect.replaceChildren(new Option("the service's default", ""));
  if (model !== "") modelSelect.add(new Option(model, model, true, true));
  explain();
  for (const part of document.querySelectorAll(".choices select, .choices input")) {
    part.addEventListener("change", () => {
      explain();
      onChange();
    });
  }
}

let listed: readonly ListedModel[] = [];

/** Offers these models, and the tasks that the chosen one can do. */
export function showModels(models: readonly ListedModel[]): void {
  listed = models;
  const chosen = modelSelect.value;
  const standard = models.find((model) => model.default);
  const name = standard === undefined ? "the service's default" : `default: ${standard.id}`;
  const ids = models.map(({ id }) => id);
  // One that the page's address names stays, so that the refusal of it names the others.
  const shown = chosen === "" || ids.includes(chosen) ? ids : [...ids, chosen];
  modelSelect.replaceChildren(
    new Option(name, ""),
    ...shown.map((id) => new Option(id, id, id === chosen, id === chosen)),
  );
  explain();
}

/** Tasks without their head cannot be chosen. */
function explain(): void {
  const { model } = currentChoice();
  const found = listed.find(({ id, default: isDefault }) =>
    model === "" ? isDefault : id === model,
  );
  for (const { name, head } of TASKS) {
    const option = taskSelect.querySelector<HTMLOptionElement>(`option[value=${name}]`);
    const isPossible = found === undefined || head === null || head === found.head?.kind;
    if (option !== null) option.disabled = !isPossible;
  }
  if (taskSelect.selectedOptions[0]?.disabled) taskSelect.value = FEATURES.name;
  const { task, place } = currentChoice();
  const canAll = [...taskSelect.options].every(({ disabled }) => !disabled);
  element("task-note").textContent = [
    task.clips === 2 ? "It takes the two clips that were chosen last." : "",
    canAll ? "" : "Other tasks need a model with another head.",
  ]
    .join(" ")
    .trim();
  element("place-note").textContent =
    place === "here" ? "The clip is not uploaded." : "The clip is sent to this service.";
}
