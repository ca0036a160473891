// Figures that could not be sent wait in this browser for the person who typed them (grid-queue.js).
// Whoever logs in after them never sees them, and logging out says what would be lost.
"use strict";

(() => {
  const { user, kept } = document.body.dataset;
  let names;
  try { names = Object.keys(localStorage).filter((name) => name.startsWith("grid:")); } catch { return; }
  const own = () => Object.keys(localStorage).filter((name) => name.startsWith(`grid:${user}:`));
  if (user) names.filter((name) => !name.startsWith(`grid:${user}:`)).forEach((name) => localStorage.removeItem(name));
  document.addEventListener("submit", (event) => {
    if (!user || !event.target.action?.endsWith("/accounts/logout/")) return;
    if (own().length && !window.confirm(kept)) { event.preventDefault(); return; }
    own().forEach((name) => localStorage.removeItem(name));
  });
})();
