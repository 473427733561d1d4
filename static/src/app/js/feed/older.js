// "Load 100 older" puts rows below the last one, as long as the list may grow; then it is an ordinary
// link to a page of older events. A search that the server broke off goes on by itself for a while.
import { refresh } from "../times.js";
import { MOST } from "./rows.js";

const PAGE = 100;
const ENOUGH = 20;
const SEARCHES = 60;

export class Older {
  constructor(element, list) {
    this.element = element;
    this.list = list;
    this.searches = 0;
    element.addEventListener("click", (event) => {
      const link = event.target.closest("[data-load-older]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (this.list.rows.length + PAGE > MOST) return;
      event.preventDefault();
      this.load(link, true);
    });
    this.searchOn();
  }

  async load(link, byHand) {
    if (link.getAttribute("aria-disabled")) return;
    link.setAttribute("aria-disabled", "true");
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!link.isConnected) return;
    if (!answer?.ok) return byHand ? location.assign(link.href) : link.removeAttribute("aria-disabled");
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const added = [...template.content.children];
    link.closest("[data-feed-older]").replaceWith(...added);
    for (const row of added) window.htmx?.process(row);
    if (byHand) added[0]?.querySelector("summary, a")?.focus({ preventScroll: true });
    refresh(this.element);
    this.searchOn();
  }

  searchOn() {
    const link = this.element.querySelector("[data-search-on]");
    if (!link || this.list.rows.length >= ENOUGH || this.searches >= SEARCHES) return;
    this.searches += 1;
    this.load(link, false);
  }
}
