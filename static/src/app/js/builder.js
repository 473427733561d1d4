// Forms that define things: more rows when they run out, and news of changes for the live count.
const form = document.querySelector("[data-builder]");

if (form) {
  const more = form.querySelector("[data-more-rows]");
  const count = document.getElementById("segment-count");
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => count?.dispatchEvent(new Event("counted")), 400);
  });
  if (more) {
    more.hidden = false;
    more.addEventListener("click", () => {
      const rows = form.querySelectorAll("[data-row]");
      const last = rows[rows.length - 1];
      const row = last.cloneNode(true);
      for (const field of row.querySelectorAll("input, select")) {
        if (field.tagName === "SELECT") field.selectedIndex = 0;
        else field.value = "";
      }
      last.after(row);
      row.querySelector("input, select").focus();
    });
  }
}
