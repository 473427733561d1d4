// j and k go from event to event.
export function stepWithKeys(list) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !["j", "k"].includes(event.key)) return;
    if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const all = [...list.querySelectorAll(".event-more > summary")];
    const here = all.indexOf(document.activeElement?.closest(".event")?.querySelector(".event-more > summary"));
    const next = all[event.key === "j" ? here + 1 : Math.max(0, here - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  });
}
