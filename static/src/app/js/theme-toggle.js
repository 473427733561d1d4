// The button in the header goes round: as the system says, light, dark.
const KEY = "desirepath-theme";
const NEXT = { auto: "light", light: "dark", dark: "auto" };
const LABEL = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const root = document.documentElement;

function show(button) {
  const theme = root.dataset.theme ?? "auto";
  button.setAttribute("aria-label", LABEL[theme]);
  button.title = LABEL[theme];
}

function keep(theme) {
  try {
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is switched off: the choice lasts for this page.
  }
}

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  show(button);
  button.addEventListener("click", () => {
    const theme = NEXT[root.dataset.theme ?? "auto"];
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    keep(theme);
    show(button);
    document.dispatchEvent(new CustomEvent("desirepath:theme", { detail: theme }));
  });
}
