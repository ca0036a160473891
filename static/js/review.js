// Reviewing by keys: arrows go from tick to tick within a column, and the button says how many cells go back.
"use strict";

(() => {
  const form = document.querySelector("[data-review]");
  const button = form?.querySelector("[data-cells]");
  if (!button) return;
  const words = form.querySelector("input[name=words]");
  const ticks = [...form.querySelectorAll("input[name=cell]")];

  const count = () => {
    const n = ticks.filter((tick) => tick.checked).length;
    const alone = words.checked ? button.dataset.words : button.dataset.whole;
    button.textContent = n ? button.dataset.cells.replace("{n}", n) : alone;
  };

  const neighbour = (tick, step) => {
    const column = tick.closest("td").cellIndex;
    for (let row = tick.closest("tr")[step]; row; row = row[step]) {
      const found = row.cells[column]?.querySelector("input[name=cell]");
      if (found && found.offsetParent) return found;
    }
    return null;
  };

  form.addEventListener("change", (event) => {
    if (!event.target.matches("input[name=cell], input[name=words]")) return;
    count();
    if (event.target.name === "cell" && event.target.checked) event.target.parentElement.querySelector(".cell-message").focus();
  });

  form.addEventListener("keydown", (event) => {
    const tick = event.target.closest("input[name=cell]");
    const message = event.target.closest(".cell-message");
    if (message && (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey))) {
      event.preventDefault();
      message.parentElement.querySelector("input[name=cell]").focus();
      return;
    }
    if (tick && event.key === "Enter") { event.preventDefault(); return; }
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!tick || !step) return;
    const next = neighbour(tick, step);
    if (next) { event.preventDefault(); next.focus(); }
  });

  count();
})();
