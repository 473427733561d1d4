// data-submit-on-change: a filter that applies at once. data-confirm: one question before it is done.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submit-on-change]")) event.target.form?.requestSubmit();
});

// data-most-bytes: a file that is too large is told before it is sent.
document.addEventListener("change", (event) => {
  const most = Number(event.target.dataset?.mostBytes);
  if (!most) return;
  const size = event.target.files?.[0]?.size ?? 0;
  event.target.setCustomValidity(size > most ? `This file has ${Math.ceil(size / 1e6)} MB; ${most / 1e6} MB is the most.` : "");
  event.target.reportValidity();
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  // Empty filters have no place in an address.
  if (event.target.method === "get") {
    for (const field of event.target.elements) {
      if (field.name && field.value === "" && !field.disabled) {
        field.disabled = true;
        setTimeout(() => (field.disabled = false));
      }
    }
  }
});

// Going back shows a page as it was, but browsers also put back what was chosen when leaving it: a filter form
// would then say something else than the page. What is typed into forms that save stays.
addEventListener("pageshow", (event) => {
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!event.persisted && !back) return;
  for (const form of document.forms) if (form.method === "get") form.reset();
});
