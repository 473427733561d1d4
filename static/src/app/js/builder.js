// Forms that define things: fields that fit what is chosen, names and values that occur, more rows when they
// run out, and news of changes for the live count.
import { suggest } from "./values.js";

const form = document.querySelector("[data-builder]");
const WAIT = 200;

// What each kind of row takes: its words, the list it is chosen from ("?" asks for values of a dimension).
const KINDS = {
  event: { what: "Event", list: "event-names", takes: ["number", "days"] },
  not_event: { what: "Event", list: "event-names", takes: ["days"] },
  page: { what: "Page", list: "?page", takes: ["number", "days"] },
  trait: { what: "Trait", list: "?trait", takes: ["value"] },
  dimension: { what: "Which", list: "dimension-names", takes: ["value", "days"] },
  total: { what: "Of what", list: "total-names", takes: ["number"] },
};
const DAYS = { takes: ["days"] };

function field(row, name) {
  return row.querySelector(`[name=${name}]`);
}

function label(input, words) {
  input.closest(".field").querySelector(".label").textContent = words;
}

function fit(row) {
  const kind = field(row, "row_kind")?.value;
  const steps = field(row, "step_kind");
  if (steps) {
    const page = steps.value === "page";
    label(field(row, "step_what"), page ? "Page" : "Event");
    field(row, "step_what").dataset.list = page ? "?page" : "event-names";
    return;
  }
  const wants = KINDS[kind] ?? (kind ? DAYS : { takes: [] });
  for (const part of ["value", "number", "days"]) {
    field(row, `row_${part}`).closest(".field").hidden = !wants.takes.includes(part);
  }
  const what = field(row, "row_what");
  what.closest(".field").hidden = !wants.what;
  what.dataset.list = wants.list ?? "";
  if (wants.what) label(what, wants.what);
}

// The dimension whose values a field is to suggest; empty where its list is a fixed one.
function asked(input) {
  if (input.dataset.list?.startsWith("?")) return input.dataset.list.slice(1);
  if (input.name !== "row_value") return "";
  const row = input.closest("[data-row]");
  const name = field(row, "row_what").value.trim();
  return field(row, "row_kind").value === "trait" ? name && `trait.${name}` : name;
}

function offer(input) {
  const dimension = asked(input);
  const list = document.getElementById("asked-values");
  const fixed = dimension ? "asked-values" : input.dataset.list;
  if (fixed) input.setAttribute("list", fixed);
  if (dimension) suggest(form.dataset.values, dimension, input, list);
}

function addRow() {
  const rows = form.querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  for (const input of row.querySelectorAll("input, select")) {
    if (input.tagName === "SELECT") input.selectedIndex = 0;
    else input.value = "";
  }
  last.after(row);
  fit(row);
  row.querySelector("input, select").focus();
}

if (form) {
  const more = form.querySelector("[data-more-rows]");
  const count = document.getElementById("segment-count");
  let counting, offering;
  for (const row of form.querySelectorAll("[data-row]")) fit(row);
  for (const kind of ["input", "focusin"]) {
    form.addEventListener(kind, ({ target }) => {
      clearTimeout(offering);
      if (target.matches("[name=row_what], [name=row_value], [name=step_what]")) {
        offering = setTimeout(() => offer(target), WAIT);
      }
    });
  }
  form.addEventListener("input", ({ target }) => {
    if (target.matches("[name=row_kind], [name=step_kind]")) fit(target.closest("[data-row]"));
    clearTimeout(counting);
    counting = setTimeout(() => count?.dispatchEvent(new Event("counted")), 400);
  });
  if (more) {
    more.hidden = false;
    more.addEventListener("click", addRow);
  }
}
