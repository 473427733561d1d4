// Ctrl-K or ⌘-K: go to a page, a site, a person or an event by a few letters.
const dialog = document.getElementById("palette");
const WAIT = 150;

function pages() {
  const links = document.querySelectorAll("#nav a, #site-menu a, #user-menu a");
  const found = [...links].map((link) => ({
    kind: link.closest("#site-menu") ? "Site" : "Page",
    label: link.textContent.trim(),
    detail: "",
    url: link.href,
  }));
  return [...found, ...actions()];
}

// What is done on this page instead of going to another one.
function actions() {
  const buttons = document.querySelectorAll("[data-action]:not([hidden])");
  return [...buttons].map((button) => ({ kind: "Action", label: button.textContent.trim(), detail: "", button }));
}

class Palette {
  constructor() {
    this.field = dialog.querySelector("input");
    this.list = dialog.querySelector("ul");
    this.at = 0;
    this.field.addEventListener("input", () => this.type());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.go(event.target.closest("li")));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  open() {
    if (document.querySelector("dialog[open]")) return;
    this.field.value = "";
    dialog.showModal();
    this.show(pages());
  }

  type() {
    const typed = this.field.value.trim().toLowerCase();
    const own = pages().filter(({ label }) => label.toLowerCase().includes(typed));
    this.show(own);
    clearTimeout(this.timer);
    if (typed && dialog.dataset.find) this.timer = setTimeout(() => this.ask(typed, own), WAIT);
  }

  async ask(typed, own) {
    const url = `${dialog.dataset.find}?q=${encodeURIComponent(typed)}`;
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || this.field.value.trim().toLowerCase() !== typed) return;
    this.show([...own, ...(await answer.json()).found]);
  }

  show(found) {
    this.found = found.slice(0, 30);
    this.list.replaceChildren(...this.found.map(row));
    this.choose(0);
  }

  choose(index) {
    const rows = [...this.list.children];
    this.at = Math.max(0, Math.min(index, rows.length - 1));
    rows.forEach((one, n) => one.setAttribute("aria-selected", String(n === this.at)));
    const chosen = rows[this.at];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) this.field.setAttribute("aria-activedescendant", chosen.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.choose(this.at + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.go(this.list.children[this.at]);
    }
  }

  go(chosen) {
    const found = chosen && this.found[chosen.dataset.index];
    if (found?.button) {
      dialog.close();
      found.button.click();
    } else if (found) {
      location.assign(found.url);
    }
  }
}

function row({ kind, label, detail }, index) {
  const item = document.createElement("li");
  Object.assign(item, { id: `palette-${index}`, role: "option" });
  item.dataset.index = index;
  const kinds = document.createElement("span");
  kinds.className = "palette-kind";
  kinds.textContent = kind;
  const words = document.createElement("span");
  words.className = "clip";
  words.textContent = detail ? `${label} · ${detail}` : label;
  item.append(words, kinds);
  return item;
}

if (dialog) {
  const palette = new Palette();
  for (const button of document.querySelectorAll("[data-palette]")) {
    button.hidden = false;
    button.addEventListener("click", () => palette.open());
  }
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.open();
    }
  });
}
