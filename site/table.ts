/** Rows of a result as a table, which screen readers read too. */
import { element, setShown } from "./elements.ts";

/** A table of texts. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Browsers lay a longer table out for seconds. */
const MOST_ROWS = 500;

/** Shows it, or nothing. */
export function showTable(table: Table | null): void {
  const isShown = table !== null && table.rows.length > 0;
  setShown("table", isShown);
  element("table").replaceChildren(...(isShown ? [tableOf(table)] : []));
}

function tableOf({ caption, columns, rows }: Table): HTMLTableElement {
  const table = document.createElement("table");
  const title = table.createCaption();
  title.id = "caption";
  const rest = rows.length > MOST_ROWS ? `; the first ${MOST_ROWS} of ${rows.length}` : "";
  title.textContent = `${caption}${rest}`;
  table.createTHead().append(rowOf(columns, () => ({ tag: "th", scope: "col" })));
  const body = table.createTBody();
  const shown = rows.slice(0, MOST_ROWS);
  body.append(
    ...shown.map((row) => rowOf(row, (at) => ({ tag: at === 0 ? "th" : "td", scope: "row" }))),
  );
  return table;
}

function rowOf(
  texts: readonly string[],
  kindOf: (at: number) => { readonly tag: "th" | "td"; readonly scope: string },
): HTMLTableRowElement {
  const row = document.createElement("tr");
  for (const [at, textContent] of texts.entries()) {
    const { tag, scope } = kindOf(at);
    const cell = Object.assign(document.createElement(tag), { textContent });
    if (tag === "th") cell.scope = scope;
    row.append(cell);
  }
  return row;
}
