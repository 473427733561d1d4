// The list itself. It never holds more than MOST rows, and takes new ones in the order of event time.
import { refresh } from "../times.js";

export const MOST = 300;
const BATCH = 50;

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const gap = template.content.querySelector(".feed-gap");
  return { rows: [...template.content.querySelectorAll(".event")], gap };
}

// Rows that wait for their turn: the newest BATCH of them, and how many more there were.
export class Waiting {
  constructor() {
    this.clear();
  }

  clear() {
    this.rows = [];
    this.more = 0;
    this.gap = null;
  }

  get count() {
    return this.rows.length + this.more;
  }

  add(html) {
    const { rows, gap } = parse(html);
    this.rows = [...rows, ...this.rows].sort(newestFirst);
    this.more += Number(gap?.dataset.more ?? 0) + Math.max(0, this.rows.length - BATCH);
    this.gap = gap ?? this.gap;
    this.rows.length = Math.min(this.rows.length, BATCH);
  }
}

export class List {
  constructor(list) {
    this.list = list;
  }

  get rows() {
    return this.list.getElementsByClassName("event");
  }

  // Puts rows in their places; what lies before the oldest row shown is left to "Load older".
  insert(waiting) {
    const added = [];
    let place = this.list.firstElementChild;
    for (const row of waiting.rows) {
      if (document.getElementById(row.id)) continue;
      while (place && !(place.matches(".event") && newestFirst(row, place) < 0)) {
        if (place.matches("[data-feed-older]")) break;
        place = place.nextElementSibling;
      }
      this.list.insertBefore(row, place);
      added.push(row);
    }
    if (waiting.more && added.length) this.tellOfMore(waiting, added.at(-1));
    this.trim();
    for (const row of added) if (row.isConnected) window.htmx?.process(row);
    refresh(this.list);
    return added.length;
  }

  tellOfMore(waiting, last) {
    const gap = waiting.gap ?? document.createElement("li");
    if (!waiting.gap) gap.className = "feed-gap";
    const link = gap.querySelector("a") ?? gap.appendChild(document.createElement("a"));
    const url = new URL(location.href);
    url.searchParams.set("cursor", last.dataset.cursor);
    link.href = url.pathname + url.search;
    link.textContent = `… and ${waiting.more.toLocaleString("en")} more`;
    last.after(gap);
  }

  trim() {
    const rows = this.rows;
    let cut = false;
    while (rows.length > MOST) {
      rows[rows.length - 1].remove();
      cut = true;
    }
    if (cut) this.pointOlder();
  }

  // After a cut, older rows begin below the last one shown.
  pointOlder() {
    let older = this.list.querySelector("[data-feed-older]");
    for (let next = this.rows[this.rows.length - 1]?.nextElementSibling; next && next !== older; ) {
      const gone = next;
      next = next.nextElementSibling;
      gone.remove();
    }
    if (!older) {
      older = document.createElement("li");
      older.className = "feed-older";
      older.dataset.feedOlder = "";
      this.list.append(older);
    }
    const url = new URL(location.href);
    url.searchParams.set("cursor", this.rows[this.rows.length - 1].dataset.cursor);
    older.className = "feed-older";
    older.innerHTML = '<a class="btn" data-load-older>Load 100 older</a>';
    older.firstElementChild.href = url.pathname + url.search;
  }
}

function newestFirst(a, b) {
  return b.dataset.at - a.dataset.at || b.dataset.id - a.dataset.id;
}
