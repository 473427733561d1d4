// Panels that could not be fetched say so and can be asked again; tabs are kept in the address.
import { openTab } from "./own-state.js";

const page = document.querySelector("[data-look]");
const SIGNED_OUT = 401;

function answer(words, again) {
  const box = document.createElement("div");
  box.className = "empty empty-small";
  box.setAttribute("role", "alert");
  const told = document.createElement("p");
  told.textContent = words;
  box.append(told, again);
  return box;
}

function tryAgain() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-small";
  button.dataset.again = "";
  button.textContent = "Try again";
  return button;
}

function signIn() {
  const link = document.createElement("a");
  link.className = "btn btn-small";
  link.href = location.href;
  link.textContent = "Sign in again";
  return link;
}

// What was asked for last, by panel: a tab, a link to more rows, or the panel itself.
const askedBy = new WeakMap();

function failed(panel, status) {
  panel.removeAttribute("aria-busy");
  const stood = panel.querySelector(".panel-body").contains(document.activeElement);
  const out = status === SIGNED_OUT;
  const words = out ? "You are signed out." : navigator.onLine ? "This could not be loaded." : "You are offline.";
  const again = out ? signIn() : tryAgain();
  panel.querySelector(".panel-body").replaceChildren(answer(words, again));
  if (stood) again.focus({ preventScroll: true });
}

function onFailure(event) {
  const panel = event.target.closest?.("[data-panel]");
  if (!panel) return;
  askedBy.set(panel, event.target);
  failed(panel, event.detail?.ctx?.response?.status);
}

function askAgain(panel) {
  const by = askedBy.get(panel);
  // A link to more rows went with the rows.
  if (by && by !== panel && by.isConnected) by.click();
  else if (by && by !== panel) window.htmx.ajax("GET", by.getAttribute("hx-get"), { target: panel, swap: "outerHTML" });
  else window.htmx.trigger(panel, "again");
}

// Room is kept for panels that load, so that nothing jumps. One that was answered out of sight, or with nothing
// below it on a page nobody has scrolled, gives back what it does not fill, and so does what its tabs bring later.
const fits = new Set();

function nothingBelow(panel, all) {
  const { bottom } = panel.getBoundingClientRect();
  return all.every((other) => other.getBoundingClientRect().top < bottom);
}

function fit() {
  const all = [...page.querySelectorAll("[data-panel]")];
  for (const panel of page.querySelectorAll("[data-panel]:not([aria-busy], [data-seen])")) {
    panel.dataset.seen = "";
    if (panel.getBoundingClientRect().top >= innerHeight || (!scrollY && nothingBelow(panel, all))) fits.add(panel.id);
    panel.classList.toggle("panel-fits", fits.has(panel.id));
  }
}

// Whoever stands in a panel with the keyboard still does when it is exchanged: htmx finds what has an id; for
// the rest it is the first of the rows that were added, else the heading.
let standing = null;

function stand({ detail }) {
  const panel = detail?.ctx?.target?.closest?.("[data-panel]");
  const inside = panel?.contains(document.activeElement);
  const more = inside && document.activeElement.matches('[data-tab^="more="]');
  standing = inside ? { id: panel.id, more, rows: panel.querySelectorAll("tbody tr").length } : null;
}

function standAgain() {
  if (!standing || document.activeElement !== document.body) return;
  const panel = document.getElementById(standing.id);
  const row = standing.more && panel?.querySelectorAll("tbody tr")[standing.rows]?.querySelector("a");
  const title = panel?.querySelector(".panel-title");
  if (!row && title) title.tabIndex = -1;
  (row || title)?.focus({ preventScroll: !row });
}

if (page) {
  document.addEventListener("htmx:before:swap", stand);
  document.addEventListener("htmx:after:swap", standAgain);
  document.addEventListener("htmx:after:swap", fit);
  document.addEventListener("htmx:error", onFailure);
  document.addEventListener("htmx:response:error", onFailure);
  document.addEventListener("click", (event) => {
    const again = event.target.closest("[data-again]");
    if (again) {
      event.preventDefault();
      askAgain(again.closest("[data-panel]"));
      return;
    }
    const tab = event.target.closest("[data-tab]");
    if (tab && !(event.ctrlKey || event.metaKey || event.shiftKey)) openTab(tab);
  });
}
