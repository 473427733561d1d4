// The filter bar: fields that fit what is chosen, values that occur, sheets that close.
import { suggest } from "./values.js";

const bar = document.querySelector("[data-bar]");
const WAIT = 200;

class Adding {
  constructor(form) {
    this.form = form;
    this.values = form.dataset.values;
    this.dimension = form.elements.dimension;
    this.key = form.elements.key;
    this.operator = form.elements.operator;
    this.value = form.elements.value;
    this.list = document.getElementById(this.value.getAttribute("list"));
    this.keys = document.getElementById(this.key.getAttribute("list"));
    this.dimension.addEventListener("change", () => this.fit());
    this.operator.addEventListener("change", () => this.fit());
    form.addEventListener("reset", () => setTimeout(() => this.fit()));
    for (const kind of ["input", "focus"]) {
      this.value.addEventListener(kind, () => this.plan(() => suggest(this.values, this.name, this.value, this.list)));
      this.key.addEventListener(kind, () => this.plan(() => suggest(this.values, this.dimension.value, this.key, this.keys)));
    }
    this.fit();
  }

  get name() {
    const own = ["property", "trait"].includes(this.dimension.value);
    return own ? this.key.value && `${this.dimension.value}.${this.key.value}` : this.dimension.value;
  }

  fit() {
    const own = ["property", "trait"].includes(this.dimension.value);
    this.form.querySelector("[data-bar-key]").hidden = !own;
    this.key.required = own;
    const without = ["known", "unknown"].includes(this.operator.value);
    this.value.closest(".field").hidden = without;
    this.value.required = Boolean(this.dimension.value) && !without;
    this.list.replaceChildren();
  }

  plan(ask) {
    clearTimeout(this.timer);
    this.timer = setTimeout(ask, WAIT);
  }
}

function closeOthers(event) {
  for (const sheet of bar.querySelectorAll("details[open]")) {
    if (!sheet.contains(event.target)) sheet.open = false;
  }
}

if (bar) {
  new Adding(bar);
  // An untouched "add a filter" must not stop the rest of the form.
  bar.addEventListener("toggle", (event) => {
    if (event.target.matches("[data-bar-add]") && event.target.open) bar.elements.dimension.focus();
  }, true);
  // Whoever goes on by keyboard must see where: a sheet would lie over what has the focus.
  for (const kind of ["click", "focusin"]) document.addEventListener(kind, closeOthers);
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && bar.querySelector("details[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}
