// When the figures are there, the list of names in the filter gets the same counts, and the names that
// the latest events did not show.
export function countNames(figures, select) {
  figures?.addEventListener("htmx:after:swap", () => {
    if (document.activeElement === select) return;
    const options = new Map([...select.options].map((option) => [option.value, option]));
    for (const { dataset } of figures.querySelectorAll("[data-name]")) {
      const option = options.get(dataset.name) ?? new Option(dataset.name, dataset.name);
      option.textContent = `${dataset.name} (${dataset.count})`;
      if (!option.parentNode) select.append(option);
    }
  });
}
