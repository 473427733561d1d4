/*
 * What data-auto asks for: a module of at most 1,500 bytes gzipped (the build refuses more) that
 * tracker.js fetches only then.
 *
 * It never reads what people type: no values of fields, nothing inside contenteditable. What it does
 * read, labels and messages, is bounded here and goes through the server's scrubber. What stands
 * inside an element with data-no-track is left alone.
 */
const words = document.querySelector("script[data-auto]").dataset.auto;
const asked = (...names) => names.some((name) => words.split(/[\s,]+/).includes(name));
const track = (...args) => self.desirepath.track(...args);
/* Capture: pages that stop an event do not hide it; and at the end, we come before tracker.js sends. */
const listen = (name, act) =>
  addEventListener(
    name,
    (event) => {
      try {
        act(event);
      } catch {}
    },
    true,
  );

const text = (said, most) => (said || "").replace(/\s+/g, " ").trim().slice(0, most);
const attribute = (element, ...names) =>
  names.map((name) => element.getAttribute(name)).find((value) => value) || "";
const FILE =
  /\.(pdf|zip|t?gz|7z|rar|dmg|pkg|exe|msi|deb|rpm|apk|iso|docx?|xlsx?|pptx?|od[tsp]|csv|txt|epub|mp[34]|m4a|wav|mov|webm)$/i;
/* Without its query: that is where secrets stand. */
const address = ({ origin, pathname }) => origin + pathname;

/* What stands in an element. The values of fields are no part of innerText, but what is edited in place is. */
const inside = (element, most) =>
  element.querySelector("textarea,select,[contenteditable]") ? "" : text(element.innerText, most);

/* data-track="signup_clicked" data-track-plan="pro" → signup_clicked {plan: "pro"}. */
const byAttributes = (element) => {
  const properties = {};
  for (const { name, value } of element.attributes)
    if (/^data-track-./.test(name)) properties[name.slice(11).replace(/-/g, "_")] = value;
  track(element.dataset.track, properties);
};

const press = (element) =>
  track("button_clicked", {
    button:
      text(attribute(element, "aria-label"), 80) ||
      inside(element, 80) ||
      text(attribute(element, "title", "name", "id", "type"), 80),
  });

const clicked = ({ target, button, type }) => {
  const near = (selector) => target.closest(selector);
  const link = near("a[href]");
  /* The middle button opens links in another tab; on anything else it does nothing. */
  if (type == "click" ? button : button != 1 || !link) return;
  if (target.isContentEditable || near("[data-no-track]")) return;
  const marked = near("[data-track]:not(form)");
  const pressed = near("button,summary,[role=button],[type=submit],[type=button],[type=reset],[type=image]");
  if (marked) byAttributes(marked);
  else if (asked("downloads") && link && (link.hasAttribute("download") || FILE.test(link.pathname)))
    track("file_downloaded", { url: address(link) });
  else if (asked("outbound") && link && /^http/.test(link.protocol) && link.host != location.host)
    track("outbound_clicked", { url: address(link) });
  else if (asked("clicks") && pressed) press(pressed);
};
listen("click", clicked);
listen("auxclick", clicked);

listen("submit", ({ target }) => {
  if (target.closest("[data-no-track]")) return;
  /* By attribute: a field called "name" would hide the form's own. */
  if (attribute(target, "data-track")) byAttributes(target);
  else if (asked("forms"))
    track("form_submitted", {
      form: text(
        attribute(target, "id", "name", "aria-label") ||
          new URL(attribute(target, "action"), location).pathname,
        80,
      ),
    });
});

if (asked("errors")) {
  const seen = new Set();
  const failed = (error_message) => {
    error_message = text(error_message, 500);
    /* One page in trouble must not use up what a visitor may send in a minute. */
    if (seen.size > 9 || seen.has(error_message)) return;
    seen.add(error_message);
    track("error_occurred", { error_message, status: "failed", source: "script" }, false);
  };
  /* Without a message it is an image or the like that did not load; other people's scripts tell nothing. */
  listen("error", ({ message, filename }) => {
    if (message && message != "Script error." && !/extension:/.test(filename)) failed(message);
  });
  listen("unhandledrejection", ({ reason }) => failed(String(reason)));
}

if (asked("errors", "messages")) {
  const shown = new WeakMap();
  let waiting;
  const look = () => {
    waiting = 0;
    for (const element of document.querySelectorAll("[role=alert]")) {
      const hidden = !element.getClientRects().length || element.closest("[data-no-track]");
      const message = hidden ? "" : inside(element, 200);
      if (message && message != shown.get(element)) track("message_shown", { message }, false);
      shown.set(element, message);
    }
  };
  new MutationObserver(() => (waiting = waiting || setTimeout(look, 100))).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ["class", "hidden", "role", "style"],
  });
  look();
}

if (asked("scroll", "time")) {
  let path;
  let seconds;
  let bottom;
  const begin = () => {
    path = location.pathname;
    seconds = bottom = 0;
  };
  const measure = () => (bottom = Math.max(bottom, scrollY + innerHeight));
  const report = () => {
    /* Where the address has changed unnoticed, nobody can say whose time it was. */
    if (seconds && path == location.pathname) {
      const scroll = Math.min(100, Math.round((measure() / document.documentElement.scrollHeight) * 100));
      track("page_engaged", asked("scroll") ? { seconds, scroll } : { seconds }, false);
    }
    seconds = 0;
  };
  setInterval(() => {
    if (path != location.pathname) begin();
    if (!document.hidden && document.hasFocus()) seconds++;
  }, 1e3);
  listen("scroll", measure);
  listen("visibilitychange", report);
  listen("pagehide", report);
  listen("pageshow", ({ persisted }) => persisted && begin());
  /* Before the address changes, so that the time is that of the page being left. */
  self.navigation?.addEventListener("navigate", ({ destination }) => {
    if (new URL(destination.url).pathname != path) report();
  });
  begin();
}
