// The address of a page keeps the tabs that were opened on it, and so do its links and its form: those that
// were made before would lead back to the first tab.
const page = document.querySelector("[data-look]");

function keep() {
  const here = new URLSearchParams(location.search);
  const tabs = new Set([...page.querySelectorAll("[data-tab]")].map((tab) => tab.dataset.tab.split("=")[0]));
  for (const name of tabs) {
    if (!here.has(name)) continue;
    for (const link of page.querySelectorAll("a[href]")) {
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

// Only the tab's own choice is put into the address as it is now: its link may be older than that.
export function openTab(tab) {
  const url = new URL(location.href);
  const there = new URL(tab.href).searchParams;
  const name = tab.dataset.tab.split("=")[0];
  url.searchParams.set(name, there.get(name));
  if (!there.has("offset")) url.searchParams.delete("offset");
  history.replaceState(history.state, "", url.pathname + url.search);
  keep();
}

if (page) document.addEventListener("htmx:after:swap", keep);
