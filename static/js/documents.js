// A document on its way: the progress of its reading is fetched until it is read, and a form that
// takes seconds says so and is not sent twice. Without JavaScript the page refreshes itself.
"use strict";

const progress = document.querySelector("[data-progress]");

async function look() {
  let wait = 2000;
  if (!document.hidden) {
    try {
      const answer = await fetch(progress.dataset.progress, { credentials: "same-origin" });
      // Given up, logged out or refused elsewhere: the page itself knows what to say.
      if (!answer.ok || answer.redirected) return location.reload();
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      const state = holder.content.querySelector("[data-moving]");
      if (!state || state.dataset.moving !== "1") return location.reload();
      const shown = progress.querySelector("[data-moving]");
      // Only what changed, so that it is read out once and a button keeps its focus.
      if (shown.textContent !== state.textContent) shown.replaceWith(state);
    } catch {
      wait = 5000; // the line is down; the reading goes on without us
    }
  }
  return setTimeout(look, wait);
}

if (progress) setTimeout(look, 1000);

document.addEventListener("submit", (event) => {
  const { busy } = event.target.dataset;
  const button = event.target.querySelector("button[type=submit]");
  if (!busy || !button) return;
  if (event.target.dataset.sent) return event.preventDefault();
  event.target.dataset.sent = "1";
  button.dataset.label = button.textContent;
  button.textContent = busy;
  button.setAttribute("aria-disabled", "true");
});

// Back from the next page: the browser may show the form as it was left.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    const button = form.querySelector("button[type=submit]");
    delete form.dataset.sent;
    button.textContent = button.dataset.label;
    button.removeAttribute("aria-disabled");
  });
});
