// Where new rows come from: a stream of server-sent events, or, where there is none, a question
// every two seconds. Both deliver the same HTML and go on from the last id that was seen.
const EVERY = 2000;
const TRY_STREAM_AGAIN = 60_000;

export class Source {
  constructor(feed, onRows, onState) {
    this.liveUrl = feed.dataset.live;
    this.streamUrl = feed.dataset.stream;
    this.after = feed.dataset.after;
    this.onRows = onRows;
    this.onState = onState;
    this.failures = 0;
  }

  start() {
    this.stop();
    this.running = true;
    if (this.streamUrl && window.EventSource) this.stream();
    else this.poll();
  }

  stop() {
    this.running = false;
    this.events?.close();
    this.events = null;
    this.request?.abort();
    clearTimeout(this.timer);
    clearTimeout(this.again);
  }

  address(url) {
    return `${url}${url.includes("?") ? "&" : "?"}after=${this.after}`;
  }

  stream() {
    this.events = new EventSource(this.address(this.streamUrl));
    this.events.onopen = () => this.onState(true);
    this.events.onmessage = (event) => {
      this.after = event.lastEventId || this.after;
      this.onRows(event.data);
    };
    this.events.onerror = () => {
      // CONNECTING: the browser tries again by itself. CLOSED: the server refused, so ask instead.
      if (this.events?.readyState !== EventSource.CLOSED) return this.onState(false);
      this.events = null;
      this.poll();
      this.again = setTimeout(() => this.start(), TRY_STREAM_AGAIN);
    };
  }

  async poll() {
    this.request = new AbortController();
    try {
      const answer = await fetch(this.address(this.liveUrl), {
        headers: { "HX-Request": "true" },
        signal: this.request.signal,
      });
      if (answer.status === 401 || answer.redirected) return location.reload();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.after = answer.headers.get("Feed-After") ?? this.after;
      if (answer.status === 200) this.onRows(await answer.text());
      this.failures = 0;
      this.onState(true);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.failures += 1;
      this.onState(false);
    }
    const wait = Math.min(EVERY * 2 ** this.failures, 30_000);
    if (this.running) this.timer = setTimeout(() => this.poll(), wait);
  }
}
