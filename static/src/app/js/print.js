// Paper: every panel is loaded first, those too that nobody has scrolled to, and drawn in light colours.
import { redrawAll } from "./pictures.js";
import { say } from "./say.js";

const page = document.querySelector("[data-look]");
const root = document.documentElement;
const LOOK_AGAIN = 50;
const LONGEST = 20_000;

function unfinished() {
  return page.querySelector("[data-panel][aria-busy], [data-chart]:not([data-drawn=done])");
}

async function everything() {
  for (const panel of page.querySelectorAll("[data-panel][aria-busy]:not(.htmx-request)")) {
    window.htmx.trigger(panel, "again");
  }
  const until = Date.now() + LONGEST;
  while (unfinished() && Date.now() < until) await new Promise((done) => setTimeout(done, LOOK_AGAIN));
}

async function print() {
  if (unfinished()) say("Loading everything for print");
  await everything();
  const theme = root.dataset.theme;
  const back = () => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    redrawAll();
  };
  root.dataset.theme = "light";
  await redrawAll();
  addEventListener("afterprint", back, { once: true });
  window.print();
}

if (page) {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.closest("[popover]:popover-open")?.hidePopover();
      print();
    });
  }
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "p") {
      event.preventDefault();
      print();
    }
  });
}
