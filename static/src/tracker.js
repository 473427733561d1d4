/*
 * Desirepath's browser script. It has to stay below 1,228 bytes gzipped (the build refuses more),
 * so a line often does two things; each comment says which. The order of lines and of keys in
 * objects is the one that compresses best, nothing depends on it.
 *
 * What it promises: an event is written to localStorage, with its id, before anything is sent,
 * and stays there until the server has answered. What is sent twice (a beacon gives no answer,
 * two tabs may send the same batch) carries the same ids, and the server counts an id once.
 *
 * In storage: "dp" + site key + an id: a batch, that is a request without its end;
 * dpu, dpv, dpc: user id, visitor id, consent ("true" or "false").
 */
const { dataset: data, src } = document.currentScript;
/* An array at first: what the page pushes before this file has come waits in it. */
const api = (self.desirepath = self.desirepath || []);
const endpoint = new URL("/api/v1/track", data.host || src);

/* The page's address when we last looked. */
let page;
/* The open batch's key in storage. */
let key;
/* localStorage, or this object where the browser refuses it: both are read and written alike. */
let store = {};
/* How many half minutes to let pass before sending again; not 0 while a request is under way. */
let skip;
/* Where the visitor came from. */
let referrer;
/* The open batch: how many events follow its first, and its text. */
let count;
let batch;

/* Everything goes through api.push: it collects while we wait, then runs and catches all errors. */
const guard =
  (act) =>
  (...args) =>
    api.push(() => act(...args));

/* Runs what was pushed early, and sends. The second file is there for what data-auto names; where it is
   blocked, Date is the shortest function that does no harm. */
const start = () =>
  [
    () => (store = localStorage || store),
    () => data.auto == null || import(new URL("auto.js", src)).catch(Date),
    ...api,
    send,
  ].map(
    (api.push = (act) => {
      try {
        act();
      } catch {}
    }),
  );

/* UUID version 7: the milliseconds, then random digits (0 to 7, so 45 bits within each of them). */
const uuid = () =>
  Date.now().toString(16).replace(/......./, "0$&-") +
  "-7rrr-8rrr-rrrrrrrrrrrr".replace(/r/g, () => crypto.getRandomValues(new Int8Array(1)) & 7);

/* Records a page view if the address has changed since the last look. An address holds no space,
   so splitting at one keeps the fragment. */
const look = ([now] = location.href.split(data.hash == null ? "#" : " ")) => {
  if (now != page) {
    referrer = page || document.referrer;
    page = now;
    add("page_viewed");
  }
};

/* Adds an event to the open batch, or opens one. A batch belongs to one visitor and user: whoever
   changes them sends the open one first. */
const add = guard((eventName, properties, interactive, traits) => {
  look();
  batch =
    (batch && ++count < 20
      ? batch + ","
      : ((count = 0),
        (key = "dp" + data.site + uuid()),
        JSON.stringify({
          site: data.site,
          /* Identity and consent side by side: an id after consent, unless cookieless
             ("consenttrue", "undefinedtrue", "persistenttrue"), or where persistent and nobody
             has decided ("persistentundefined"). */
          visitor: /[td]t|tentu/.test(data.identity + store.dpc)
            ? (store.dpv = store.dpv || uuid())
            : null,
          user: store.dpu && { id: store.dpu, traits },
          events: [],
        }).slice(0, -2))) +
    JSON.stringify({
      timestamp: Date.now(),
      properties,
      eventName,
      id: uuid(),
      interactive,
      context: {
        viewport: innerWidth + "x" + innerHeight,
        screen: screen.width + "x" + screen.height,
        url: page,
        referrer,
        title: document.title,
        language: navigator.language,
      },
    });
  store[key] = batch;
  count < 9 || skip || send();
});

/* Sends the open batch or, if there is none, the oldest that waits. `leaving` is anything true, as
   the event of a listener: then only the open batch goes, by beacon, and stays in storage. */
const send = guard((leaving) => {
  look();
  const keys = Object.keys(store)
    .filter((key) => key.startsWith("dp" + data.site))
    .sort();
  /* 50 batches of 20 events are the most we keep; the oldest go. */
  keys.slice(0, -50).map((key) => delete store[key]);
  batch || leaving || ((key = keys[0]) && (batch = store[key]));
  const sent = key;
  const value = batch;
  const body = value + '],"sent_at":' + Date.now() + "}";
  batch = 0;
  if (value && !(leaving && navigator.sendBeacon(endpoint, body))) {
    skip = 2;
    /* A string goes as text/plain, which needs no preflight. Browsers refuse to keep alive more
       than 64 KB, and 20,000 characters are at most 60 KB. */
    fetch(endpoint, {
      method: "POST",
      body,
      keepalive: !body[2e4],
    }).then((answer) => {
      /* Worth another try: the server was slow, busy or broken. */
      if (/408|429|^5/.test(answer.status)) skip += (answer.headers.get("retry-after") / 30) | 0;
      else {
        /* Stored, or refused for good. Another tab may have added to its batch meanwhile. */
        store[sent] == value && delete store[sent];
        skip = 0;
        batch || send();
      }
      /* No network. */
    }, Date);
  }
});

api.identify = guard((id, traits) => {
  if (id) {
    batch && send();
    store.dpu = id;
    add("user_identified", {}, false, traits);
  }
});
api.reset = guard(() => {
  batch && send();
  delete store.dpu;
  delete store.dpv;
});
api.consent = guard((given) => {
  batch && send();
  store.dpc = !!given;
  given || delete store.dpv;
});

setInterval(() => (skip ? skip-- : send()), 3e4);
/* Back from the back/forward cache: a new page view, at once. */
addEventListener("pageshow", (event) => event.persisted && send((page = 0)));
addEventListener("pagehide", send);
addEventListener("online", () => send());
addEventListener("visibilitychange", send);
/* Routers set the title after the address, so we look a moment later. */
addEventListener("popstate", () => setTimeout(look));
["pushState", "replaceState"].map((method, original) => {
  original = history[method];
  history[method] = (...args) => {
    setTimeout(look);
    return original.apply(history, args);
  };
});
api.track = add;

if (
  (navigator.doNotTrack | navigator.globalPrivacyControl && data.dnt != "ignore") ||
  (/^(localhost|127\..*)?$/.test(location.hostname) && data.localhost == null)
)
  api.push = Date;
else if (document.prerendering) document.onprerenderingchange = start;
else start();
