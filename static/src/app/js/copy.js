// <button data-copy="#id"> copies the text of that element; data-copy-text="…" copies what it says.
import { say } from "./say.js";

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http away from localhost has no clipboard interface.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy was refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  const text = source ? (source.value ?? source.textContent) : button.dataset.copyText;
  try {
    await write(text.trim());
    say("Copied");
  } catch {
    say("Could not copy. Select the text and copy it by hand.");
  }
});
