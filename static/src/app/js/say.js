// One short message at the edge of the window, read out by screen readers too.
let toast;
let timer;

export function say(text) {
  if (!toast) {
    toast = document.createElement("p");
    toast.className = "toast";
    toast.setAttribute("role", "status");
    document.body.append(toast);
  }
  toast.hidden = false;
  toast.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => (toast.hidden = true), 2500);
}
