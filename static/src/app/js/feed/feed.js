// The live feed: rows come from a source, wait for their turn, and go into the list. They are held
// back while the feed is paused, while an event is open, and while somebody reads further down.
import { stepWithKeys } from "./keys.js";
import { countNames } from "./names.js";
import { Older } from "./older.js";
import { List, Waiting } from "./rows.js";
import { Source } from "./source.js";

const PACE = 500;
const FIGURES_EVERY = 30_000;
const READING_BELOW = 240;

class Feed {
  constructor(element) {
    this.element = element;
    this.list = new List(element);
    this.waiting = new Waiting();
    this.controls = document.querySelector("[data-feed-controls]");
    this.newButton = document.querySelector("[data-feed-new]");
    this.paused = false;
    this.connected = true;
    this.source = new Source(element, (html) => this.arrive(html), (ok) => this.connection(ok));
  }

  start() {
    this.controls.hidden = false;
    this.controls.querySelector("[data-feed-pause]").addEventListener("click", () => this.toggle());
    this.newButton.addEventListener("click", () => this.showNew());
    addEventListener("scroll", () => this.waiting.count && this.plan(), { passive: true });
    this.element.addEventListener("toggle", () => this.plan(), true);
    addEventListener("pagehide", () => this.source.stop());
    addEventListener("pageshow", (event) => event.persisted && this.source.start());
    document.addEventListener("visibilitychange", () =>
      document.hidden ? this.source.stop() : this.source.start(),
    );
    setInterval(() => this.refreshFigures(), FIGURES_EVERY);
    if (!document.hidden) this.source.start();
    this.show();
  }

  get held() {
    return scrollY > READING_BELOW || this.element.querySelector(".event-more[open]") !== null;
  }

  arrive(html) {
    this.waiting.add(html);
    this.figuresAreOld = true;
    this.plan();
  }

  // At most one change of the list in PACE milliseconds, however much comes in.
  plan() {
    this.show();
    if (this.timer || this.paused || this.held || !this.waiting.count) return;
    const wait = Math.max(0, PACE - (performance.now() - (this.flushed ?? -PACE)));
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.paused && !this.held) this.flush();
    }, wait);
  }

  flush() {
    this.flushed = performance.now();
    const first = this.element.querySelector(".event") === null;
    this.list.insert(this.waiting);
    this.waiting.clear();
    document.querySelector("[data-feed-empty]")?.remove();
    if (first) this.refreshFigures();
    this.show();
  }

  showNew() {
    for (const open of this.element.querySelectorAll(".event-more[open]")) open.open = false;
    scrollTo({ top: 0 });
    this.flush();
    this.element.querySelector(".event summary")?.focus({ preventScroll: true });
  }

  toggle() {
    this.paused = !this.paused;
    if (this.paused) this.show();
    else this.showNew();
  }

  connection(ok) {
    this.connected = ok;
    this.show();
  }

  refreshFigures() {
    if (document.hidden || !this.figuresAreOld) return;
    this.figuresAreOld = false;
    window.htmx?.trigger("#figures", "refresh");
  }

  show() {
    const held = this.held && this.waiting.count > 0;
    const state = this.paused ? "paused" : !this.connected ? "offline" : held ? "held" : "live";
    const words = { paused: "Paused", offline: "Trying to reconnect", held: "Waiting while you read", live: "Live" };
    if (this.controls.dataset.state !== state) {
      this.controls.dataset.state = state;
      this.controls.querySelector("[data-feed-words]").textContent = words[state];
      this.controls.querySelector("[data-feed-pause-label]").textContent = this.paused ? "Go on" : "Pause";
    }
    this.newButton.hidden = !(this.paused || held) || this.waiting.count === 0;
    this.newButton.textContent = `${this.waiting.count.toLocaleString("en")} new`;
  }
}

const element = document.querySelector("[data-feed]");
if (element) {
  const list = new List(element);
  new Older(element, list);
  stepWithKeys(element);
  countNames(document.getElementById("figures"), document.querySelector("[data-feed-names]"));
  if (element.dataset.live) new Feed(element).start();
}
