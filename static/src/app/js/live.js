// A panel that goes on asks for itself every few seconds. Lines that are new are put in their places; what
// somebody has opened or stands on stays as it is.
const page = document.querySelector("[data-look]");
const FIRST = 1000;
const EVERY = 3000;
const SLOWEST = 60_000;
let failures = 0;

function settled(line) {
  return line.querySelector("details[open]") || line.contains(document.activeElement);
}

function merge(list, fresh) {
  let next = null;
  for (const line of [...fresh.children].reverse()) {
    const known = list.querySelector(`:scope > #${CSS.escape(line.id)}`);
    let made = known;
    if (!known) {
      made = document.importNode(line, true);
      made.classList.add("timeline-new");
      list.insertBefore(made, next);
    } else if (!settled(known) && known.innerHTML !== line.innerHTML) {
      known.innerHTML = line.innerHTML;
    }
    next = made;
  }
}

function show(panel, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-panel]");
  const list = panel.querySelector("[data-lines]");
  const lines = fresh?.querySelector("[data-lines]");
  if (list && lines) merge(list, lines);
  else if (lines) panel.querySelector(".panel-body").replaceChildren(...fresh.querySelector(".panel-body").childNodes);
}

async function ask(panel) {
  const headers = { "HX-Request": "true", ...(panel.dataset.tag && { "If-None-Match": panel.dataset.tag }) };
  const answer = await fetch(panel.dataset.live, { headers, cache: "no-store" });
  if (answer.status === 401 || answer.redirected) return location.reload();
  if (answer.status !== 304 && !answer.ok) throw new Error(`status ${answer.status}`);
  if (answer.status === 304) return;
  const html = await answer.text();
  if (!panel.isConnected) return;
  panel.dataset.tag = answer.headers.get("ETag") ?? "";
  show(panel, html);
}

function mark(panel, works) {
  const badge = panel.querySelector("[data-live-badge]");
  if (badge) badge.hidden = !works;
}

async function round() {
  const panels = document.hidden ? [] : page.querySelectorAll("[data-live]");
  for (const panel of panels) {
    try {
      await ask(panel);
      failures = 0;
    } catch {
      failures += 1;
    }
    mark(panel, failures === 0);
  }
  setTimeout(round, Math.min(EVERY * 2 ** failures, SLOWEST));
}

if (page) setTimeout(round, FIRST);
