/** The page's elements by their ids. */

/** @throws Error if the page has none of this id. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** Shows one of them, or hides it. */
export function setShown(id: string, isShown: boolean): void {
  element(id).hidden = !isShown;
}

/** Lets the keyboard scroll a place whose content is larger than it; places that do not scroll are no stop. True if it scrolls. */
export function focusIfScrolls(id: string): boolean {
  const place = element(id);
  const scrolls = place.scrollWidth > place.clientWidth || place.scrollHeight > place.clientHeight;
  if (scrolls) place.tabIndex = 0;
  else place.removeAttribute("tabindex");
  return scrolls;
}
