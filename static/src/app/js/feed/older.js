// "Load 100 older" puts rows below the last one, as long as the list may grow; then it is an ordinary
// link to a page of older events.
import { refresh } from "../times.js";
import { MOST } from "./rows.js";

const PAGE = 100;

export function loadOlder(list, rows) {
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-load-older]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (rows.rows.length + PAGE > MOST) return;
    event.preventDefault();
    link.setAttribute("aria-disabled", "true");
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return location.assign(link.href);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const added = [...template.content.children];
    link.closest("[data-feed-older]").replaceWith(...added);
    for (const row of added) window.htmx?.process(row);
    added[0]?.querySelector("summary")?.focus({ preventScroll: true });
    refresh(list);
  });
}
