// Panels that could not be fetched say so and can be asked again; tabs are kept in the address.
const page = document.querySelector("[data-look]");

function failed(panel) {
  const body = panel.querySelector(".panel-body");
  panel.removeAttribute("aria-busy");
  const box = document.createElement("div");
  box.className = "empty empty-small";
  box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = navigator.onLine ? "This could not be loaded." : "You are offline.";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-small";
  button.dataset.again = "";
  button.textContent = "Try again";
  box.append(words, button);
  body.replaceChildren(box);
}

function onFailure(event) {
  const panel = event.target.closest?.("[data-panel]");
  if (panel) failed(panel);
}

// Links that were made before a tab was chosen would lead back to the first one.
function keepTabs(root) {
  const here = new URLSearchParams(location.search);
  const tabs = new Set([...page.querySelectorAll("[data-tab]")].map((tab) => tab.dataset.tab.split("=")[0]));
  for (const name of tabs) {
    if (!here.has(name)) continue;
    for (const link of root.querySelectorAll("a[href]")) {
      // Countries on the map are links of SVG, whose href is no text.
      const url = new URL(link.getAttribute("href"), location.href);
      if (url.pathname !== location.pathname || link.dataset.tab?.startsWith(`${name}=`)) continue;
      url.searchParams.set(name, here.get(name));
      link.setAttribute("href", url.pathname + url.search + url.hash);
    }
    const form = document.querySelector("[data-bar]");
    const field = form?.querySelector(`input[data-own][name="${name}"]`) ?? document.createElement("input");
    Object.assign(field, { type: "hidden", name, value: here.get(name) });
    field.dataset.own = "";
    form?.append(field);
  }
}

// Room is kept for panels that load, so that nothing jumps. One that was answered out of sight gives back
// what it does not fill, and so does what its tabs bring later.
const fits = new Set();

function fit() {
  for (const panel of page.querySelectorAll("[data-panel]:not([aria-busy], [data-seen])")) {
    panel.dataset.seen = "";
    if (panel.getBoundingClientRect().top >= innerHeight) fits.add(panel.id);
    panel.classList.toggle("panel-fits", fits.has(panel.id));
  }
}

if (page) {
  document.addEventListener("htmx:after:swap", fit);
  document.addEventListener("htmx:error", onFailure);
  document.addEventListener("htmx:response:error", onFailure);
  document.addEventListener("htmx:after:swap", () => keepTabs(page));
  document.addEventListener("click", (event) => {
    const again = event.target.closest("[data-again]");
    if (again) {
      event.preventDefault();
      window.htmx.trigger(again.closest("[data-panel]"), "again");
      return;
    }
    const tab = event.target.closest("[data-tab]");
    if (tab) {
      const url = new URL(tab.href);
      history.replaceState(history.state, "", url.pathname + url.search);
    }
  });
}
