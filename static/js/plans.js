// The pages of a plan. Everything works without this file: the links are anchors, the forms are forms.
// With it quote and target light up together, marked words open the form for a missed target,
// and the list of clearly stated targets counts what is ticked.
"use strict";

// Quote and target, both ways -------------------------------------------------------------------

const targetOf = (hash) => /^#(?:quote|target)-(\d+)$/.exec(hash)?.[1];

function light(pk) {
  document.querySelectorAll(".linked").forEach((each) => each.classList.remove("linked"));
  if (!pk) return;
  document.querySelectorAll(`.quote[data-targets~="${pk}"], #target-${pk}`).forEach((each) => each.classList.add("linked"));
}

function arrive() {
  light(targetOf(location.hash));
  const goal = /^#[\w-]+$/.test(location.hash) && document.querySelector(location.hash);
  // The way back is the next press of Enter: the number there leads here.
  const number = goal && (goal.matches("a.number") ? goal : goal.querySelector("a.number"));
  number?.focus({ preventScroll: true });
}

addEventListener("hashchange", arrive);
if (targetOf(location.hash)) light(targetOf(location.hash));

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a[href^='#']");
  if (link) {
    // A second click on the same link is no change of the address.
    if (link.hash === location.hash) setTimeout(arrive);
    return;
  }
  // The quote itself leads to its innermost target too, unless a person is marking words in it.
  const quote = event.target.closest(".review-text .quote[data-targets]");
  if (quote && getSelection().isCollapsed) {
    location.hash = `target-${quote.dataset.targets.trim().split(" ").pop()}`;
  }
});

document.addEventListener("focusin", (event) => {
  const pk = targetOf(event.target.closest?.("a.number")?.hash || "");
  if (pk) light(pk);
});

// Words marked by a person ----------------------------------------------------------------------

// Places count characters as the server does, not the halves of which JavaScript makes rare ones.
const length = (text) => [...text].length;

function markedPlace(selection) {
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const text = document.querySelector(".review-text");
  if (!text || !range.intersectsNode(text)) return null;
  let start = null;
  let end = null;
  for (const holder of text.querySelectorAll("[data-start]")) {
    const node = holder.firstChild;
    if (!node || !range.intersectsNode(node)) continue;
    const from = range.startContainer === node ? range.startOffset : 0;
    const to = range.endContainer === node ? range.endOffset : node.data.length;
    if (from >= to) continue;
    const first = Number(holder.dataset.start);
    if (start === null) start = first + length(node.data.slice(0, from));
    end = first + length(node.data.slice(0, to));
  }
  return start === null ? null : { start, end };
}

const bar = document.querySelector(".selection-bar");
if (bar) {
  const words = bar.querySelector("q");
  const link = bar.querySelector("a");
  let waiting = 0;
  const show = () => {
    const selection = getSelection();
    const place = markedPlace(selection);
    if (!place) {
      // Clicking the button may collapse the selection before the link is followed.
      if (!bar.contains(document.activeElement)) bar.hidden = true;
      return;
    }
    link.href = `${bar.dataset.add}?start=${place.start}&end=${place.end}`;
    words.textContent = selection.toString().replace(/\s+/g, " ").trim();
    bar.hidden = false;
  };
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  bar.addEventListener("mousedown", (event) => event.preventDefault());
}

// The clearly stated ones, together -------------------------------------------------------------

for (const form of document.querySelectorAll("form[data-counted]")) {
  const button = form.querySelector("[data-many]");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const all = document.querySelector(`[data-select-all="${form.id}"]`);
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    const { none, one, many } = button.dataset;
    button.textContent = ticked === 0 ? none : ticked === 1 ? one : many.replace("#", ticked);
  };
  form.addEventListener("change", count);
  all?.addEventListener("click", (event) => {
    event.preventDefault();
    const tick = boxes.some((box) => !box.checked);
    boxes.forEach((box) => { box.checked = tick; });
    count();
  });
  count();
}

// Fields that count only with one answer ----------------------------------------------------------

for (const part of document.querySelectorAll("[data-shown-by]")) {
  const answers = [...document.querySelectorAll(`input[name="${part.dataset.shownBy}"]`)];
  const show = () => {
    const chosen = answers.find((answer) => answer.checked)?.value;
    part.hidden = chosen !== part.dataset.shownFor;
  };
  answers.forEach((answer) => answer.addEventListener("change", show));
  // What a person has changed or what was refused is never out of sight.
  if (!document.querySelector(".field-invalid")) show();
}
