// Single keys and "g x" pairs. Anything with data-key="…" can be reached: links and buttons are
// clicked, fields are focused. They can be switched off in the dialog that `?` opens.
const KEY = "desirepath-shortcuts";
const dialog = document.getElementById("shortcuts");
const check = dialog?.querySelector("[data-shortcuts-switch]");
let prefix = "";
let prefixTimer;

function enabled() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function typing(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

function reach(target) {
  if (target.matches("input, textarea, select")) {
    target.closest("details:not([open])")?.setAttribute("open", "");
    target.focus();
    target.select?.();
  } else {
    target.click();
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  if (!enabled()) return;
  const keys = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = "";
  clearTimeout(prefixTimer);
  if (keys === "g") {
    prefix = "g";
    prefixTimer = setTimeout(() => (prefix = ""), 1500);
    return;
  }
  const named = `[data-key="${CSS.escape(keys)}"]`;
  // What a page does by a key comes before what every page does: p pauses the feed, and prints elsewhere.
  const target = document.querySelector(`main ${named}`) ?? document.querySelector(named);
  if (!target || target.disabled) return;
  event.preventDefault();
  reach(target);
}

if (dialog) {
  document.addEventListener("keydown", onKey);
  check.checked = enabled();
  check.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, check.checked ? "on" : "off");
    } catch {
      check.checked = true;
    }
  });
}
document.querySelector("[data-theme-toggle]")?.setAttribute("data-key", "t");

for (const opener of document.querySelectorAll("[data-open-dialog]")) {
  opener.hidden = false;
  opener.addEventListener("click", () => {
    opener.closest("[popover]")?.hidePopover();
    document.getElementById(opener.dataset.openDialog).showModal();
  });
}
