// Values that occur, into the datalist of a field; where nothing can be asked, nothing is suggested.
const latest = new WeakMap();

export async function suggest(address, dimension, field, list) {
  if (!dimension) return;
  const url = new URL(address, location.href);
  url.searchParams.set("dimension", dimension);
  url.searchParams.set("q", field.value);
  latest.set(list, url.href);
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { values } = await answer.json();
  // Answers may overtake each other: only what was asked for last is shown.
  if (latest.get(list) !== url.href) return;
  list.replaceChildren(
    ...values.map(({ value, label }) => Object.assign(document.createElement("option"), { value, label })),
  );
}
