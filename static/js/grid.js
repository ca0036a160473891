// The data entry grid: keys, paste and copy, filter, the panel beside a cell, and what became of
// every change. Judging is the server's: a text goes there as typed and comes back as it stands.
// Without this file the page is a plain form for each tier.
"use strict";

(() => {
  const grid = document.getElementById("grid");
  const words = document.getElementById("grid-words").dataset;
  const json = (id) => JSON.parse(document.getElementById(id).textContent);
  const more = json("grid-more");
  const quick = json("grid-quick");
  const byId = (id) => document.getElementById(id);
  const isOpen = "open" in grid.dataset;
  const say = (text, numbers = {}) => Object.entries(numbers).reduce((t, [n, v]) => t.replace(`{${n}}`, v), text);
  const make = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const icon = (name) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    made.setAttribute("class", "icon");
    made.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    made.append(use);
    return made;
  };

  // Cells ---------------------------------------------------------------------------------------

  // key → what stands on the server as far as this page knows.
  const stands = new Map();
  const inputs = new Map();
  grid.querySelectorAll("form").forEach((form) => {
    form.addEventListener("submit", (event) => event.preventDefault());
    Object.entries(JSON.parse(form.elements.seen.value)).forEach(([key, [version, text]]) => stands.set(key, { version, text }));
  });
  grid.querySelectorAll("input.answer").forEach((input) => {
    const key = input.name.slice(2);
    inputs.set(key, input);
    if (!stands.has(key)) stands.set(key, { version: 0, text: "" });
    input.removeAttribute("list"); // its suggestions would take the arrow keys
    if (isOpen && input.readOnly) input.tabIndex = -1;
    if (input.classList.contains("is-yes-no") && matchMedia("(pointer: coarse)").matches) input.inputMode = "none";
  });
  grid.querySelectorAll("tbody th a").forEach((link) => { link.tabIndex = -1; });
  document.documentElement.classList.add("has-grid");

  const keyOf = (input) => input.name.slice(2);
  const cellOf = (input) => input.closest("td");
  const isShown = (row) => !row.hidden && !row.closest(".grid-sheet").hidden;
  let shownRows = [];
  const listRows = () => { shownRows = [...grid.querySelectorAll("tbody tr")].filter(isShown); };
  const inputsOf = (row) => [...row.querySelectorAll("input.answer")];
  const columnOf = (input) => cellOf(input).cellIndex - 1;

  const notApplicable = quick.under_repair.split(":")[0];
  const codeOf = (text) => {
    if (!text) return "blank";
    if (text === quick.yes) return "yes";
    if (text === quick.no) return "no";
    if (/^\d[\d. ]*$/.test(text)) return "count";
    return text.startsWith(notApplicable) ? "not-applicable" : "unread";
  };
  const CODES = ["blank", "yes", "no", "count", "not-applicable", "unread"];
  const note = (key) => {
    const entry = queue.entries.get(key);
    return { ...more[key], ...(entry?.note === undefined ? {} : { note: entry.note }), ...(entry?.evidence === undefined ? {} : { evidence: entry.evidence }) };
  };

  function paint(key) {
    const input = inputs.get(key);
    if (!input) return;
    const cell = cellOf(input), entry = queue.entries.get(key), beside = note(key);
    cell.classList.remove(...CODES);
    cell.classList.add(codeOf(input.value.trim()));
    const state = !entry ? "" : entry.stuck || (queue.trouble ? "kept" : "saving");
    if (state) cell.dataset.state = state; else if (cell.dataset.state) cell.dataset.state = "saved";
    const says = cell.querySelector(".says");
    says.replaceChildren();
    if (entry?.stuck && entry.stuck !== "conflict") says.append(make("span", { className: "wrong" }, icon("i-not-met"), entry.message || words.failed));
    if (entry?.stuck === "conflict") says.append(conflict(key, entry));
    if (state === "kept") says.append(make("span", { className: "kept" }, icon("i-later"), words.kept));
    if (cell.classList.contains("is-returned")) says.append(make("span", { className: "asked" }, icon("i-not-met"), words.returned + (beside.message ? `: ${beside.message}` : "")));
    (beside.findings ?? []).forEach((finding) => {
      if (finding.open) says.append(make("span", { className: "noticed" }, icon("i-info"), finding.message));
      else says.append(make("small", { className: "beside" }, `${finding.message} (${words.explained})`));
    });
    if (beside.note) says.append(make("small", { className: "beside" }, beside.note));
    if (beside.evidence) says.append(make("small", { className: "beside" }, `${words.evidence}: ${beside.evidence}`));
    if (beside.files?.length) says.append(make("small", { className: "beside" }, `${words.evidence}: ${beside.files.map(([, name]) => name).join(", ")}`));
    if (beside.approved) says.append(make("small", { className: "beside" }, beside.approved));
    if (entry?.stuck) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", says.id);
    } else {
      input.removeAttribute("aria-invalid");
      input.toggleAttribute("aria-describedby", false);
      if (says.childElementCount) input.setAttribute("aria-describedby", says.id);
    }
    cell.classList.toggle("is-wrong", Boolean(entry?.stuck));
  }

  function conflict(key, entry) {
    const take = make("button", { type: "button", className: "btn btn-sm btn-outline-primary" }, words.theirs);
    const mine = make("button", { type: "button", className: "btn btn-sm btn-outline-primary" }, words.mine);
    take.addEventListener("click", () => {
      stands.set(key, { version: entry.theirVersion, text: entry.theirText });
      more[key] = { ...more[key], note: entry.theirNote, evidence: entry.theirEvidence };
      inputs.get(key).value = entry.theirText;
      queue.drop(key);
      paint(key);
      inputs.get(key).focus();
    });
    mine.addEventListener("click", () => {
      stands.set(key, { version: entry.theirVersion, text: entry.theirText });
      queue.put(key, { version: entry.theirVersion, text: entry.text, sent: [] });
      paint(key);
      inputs.get(key).focus();
    });
    return make("span", { className: "conflict" },
      make("span", { className: "wrong" }, icon("i-not-met"), `${entry.theirs}. ${words.yours.replace("{s}", entry.text || words.nothing)}`),
      make("span", { className: "conflict-choice" }, take, mine));
  }

  // Saving --------------------------------------------------------------------------------------

  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? grid.querySelector("[name=csrfmiddlewaretoken]").value;
  const reason = byId("grid-reason");
  const queue = new CellQueue({
    url: grid.dataset.save,
    user: Number(grid.dataset.user),
    report: grid.dataset.report,
    token,
    tell: () => { clearTimeout(telling); telling = setTimeout(tell, 20); },
    done(key, answer, unchanged) {
      stands.set(key, { version: answer.version, text: answer.text });
      more[key] = { ...more[key], note: answer.note, evidence: answer.evidence };
      const input = inputs.get(key);
      if (!input || !unchanged) return;
      if (!(input === current && mode !== "nav")) input.value = answer.text;
      if (input === current) { before = input.value; if (mode === "nav" && document.activeElement === input) input.select(); }
      if (answer.message) problemsOfExplanations.set(key, answer.message); else problemsOfExplanations.delete(key);
      paint(key);
    },
    fresh(answer) {
      Object.entries(answer.totals ?? {}).forEach(([key, html]) => {
        const place = grid.querySelector(`[data-total="${key}"]`);
        if (place && place.innerHTML !== html) place.innerHTML = html; // a piece of our own page
      });
      Object.entries(answer.findings ?? {}).forEach(([key, findings]) => {
        if (!inputs.has(key)) return;
        more[key] = { ...more[key], findings };
        paint(key);
      });
      if (answer.progress) byId("grid-progress").textContent = say(words.progress, { a: answer.progress.answered, b: answer.progress.asked });
      if (current) fillPanel(true);
    },
  });
  const problemsOfExplanations = new Map();
  let telling = 0, lastPainted = new Set();

  const problemList = byId("grid-problems").appendChild(make("ul"));

  function tell() {
    const stuck = queue.stuck, waiting = queue.waiting;
    const now = new Set(queue.entries.keys());
    new Set([...now, ...lastPainted]).forEach(paint);
    lastPainted = now;
    let text = words.saved, state = "saved";
    if (queue.trouble && waiting.length) { text = `${words[queue.trouble]} ${say(words.waiting, { n: waiting.length })}`; state = "trouble"; }
    else if (waiting.length) { text = words.saving; state = "saving"; }
    else if (stuck.length) { text = say(words.stuck, { n: stuck.length }); state = "trouble"; }
    if (!queue.keeps) { text += ` ${words.full}`; state = "trouble"; }
    const place = byId("grid-state");
    if (place.textContent !== text) place.textContent = text;
    byId("grid-bar").dataset.state = state;
    byId("grid-again").hidden = !(queue.trouble && waiting.length);
    const problems = byId("grid-problems");
    problems.hidden = !stuck.length;
    problemList.replaceChildren(...stuck.slice(0, 200).map(([key, entry]) => {
      const input = inputs.get(key);
      const place = input ? `${rowOf(input).querySelector("th a").textContent}, ${cellOf(input).dataset.label}` : key;
      const go = make("button", { type: "button", className: "btn btn-link" }, place);
      go.addEventListener("click", () => { if (input) { reveal(input); input.focus(); } });
      return make("li", {}, go, ` “${entry.text}”: ${entry.stuck === "conflict" ? entry.theirs : entry.message || words.failed}`);
    }));
  }

  byId("grid-again").querySelector("button").addEventListener("click", () => queue.now());
  byId("grid-bar").hidden = false;
  // The heads of the tables stay below the bar, however many lines it has.
  new ResizeObserver(() => grid.style.setProperty("--bar", `${byId("grid-bar").offsetHeight}px`)).observe(byId("grid-bar"));
  reason?.addEventListener("change", () => {
    queue.stuck.filter(([, entry]) => entry.stuck === "refused").forEach(([key]) => queue.put(key, { reason: reason.value.trim() }));
  });
  byId("grid-submit")?.addEventListener("click", (event) => {
    if (!queue.entries.size) return;
    event.preventDefault();
    byId("grid-state").textContent = words.unsent;
    byId("grid-bar").scrollIntoView({ block: "nearest" });
  });

  const LONGEST = 500;
  const undo = [];

  // Write texts into cells, as one step that Ctrl+Z takes back.
  function write(changes, { remember = true } = {}) {
    const step = [];
    let locked = 0;
    changes.forEach(([input, given]) => {
      const text = given.slice(0, LONGEST); // a page pasted by accident is no answer
      const key = keyOf(input), entry = queue.entries.get(key);
      const known = entry ? entry.text : stands.get(key).text;
      if (input.readOnly) { if (text !== known) locked += 1; return; }
      input.value = text;
      if (text === known && !entry?.stuck) { paint(key); return; }
      step.push([input, known]);
      if (text === stands.get(key).text && entry?.stuck && entry.stuck !== "conflict") queue.drop(key);
      else queue.put(key, {
        text,
        version: entry && !entry.stuck ? entry.version : stands.get(key).version,
        ...(reason ? { reason: reason.value.trim() } : {}),
      });
      paint(key);
    });
    if (remember && step.length) undo.push(step);
    if (undo.length > 100) undo.shift();
    if (current) before = current.value;
    return locked;
  }

  // Typing and moving ---------------------------------------------------------------------------

  let current = null, before = "", mode = "nav", typedHere = false;
  let anchor = null, selected = [];
  const rowOf = (input) => input.closest("tr");

  function commit() {
    if (current && current.value.trim() !== before) write([[current, current.value.trim()]]);
    mode = "nav";
  }

  function select(cells) {
    selected.forEach((input) => cellOf(input).classList.remove("is-selected"));
    selected = cells;
    if (cells.length > 1) cells.forEach((input) => cellOf(input).classList.add("is-selected"));
  }

  // The cells between two corners: shown rows, same columns.
  function block(from, to) {
    const rows = [shownRows.indexOf(rowOf(from)), shownRows.indexOf(rowOf(to))].sort((a, b) => a - b);
    const columns = [columnOf(from), columnOf(to)].sort((a, b) => a - b);
    return shownRows.slice(rows[0], rows[1] + 1).map((row) => inputsOf(row).slice(columns[0], columns[1] + 1));
  }

  function goTo(input, { extend = false } = {}) {
    if (!input) return;
    commit();
    if (extend) {
      anchor ??= current;
      const from = anchor;
      input.focus();
      anchor = from;
      select(block(from, input).flat());
    } else {
      anchor = null;
      input.focus();
    }
  }

  // The bar and the head of the table lie over the rows, on a phone the panel as well.
  function uncover(input) {
    const { top, bottom } = input.getBoundingClientRect();
    const isSticky = getComputedStyle(input.closest("table").tHead).position === "sticky";
    const above = byId("grid-bar").offsetHeight + (isSticky ? input.closest("table").tHead.offsetHeight : 0) + 8;
    const below = window.innerHeight - (panel && !panel.hidden && !wide.matches ? panel.offsetHeight : 0) - 8;
    if (top < above) window.scrollBy(0, top - above);
    else if (bottom > below) window.scrollBy(0, bottom - below);
  }

  function reveal(input) {
    if (isShown(rowOf(input))) return;
    rowOf(input).hidden = false;
    rowOf(input).closest(".grid-sheet").hidden = false;
    listRows();
  }

  function step(rows, columns) {
    const row = shownRows[shownRows.indexOf(rowOf(current)) + rows];
    if (!row) return null;
    const cells = inputsOf(row);
    return rows ? cells[Math.min(columnOf(current), cells.length - 1)] : cells[columnOf(current) + columns];
  }

  grid.addEventListener("focusin", (event) => {
    const input = event.target.closest("input.answer");
    if (!input) return;
    if (input !== current) { typedHere = false; mode = "nav"; select([]); }
    current?.closest("td").classList.remove("is-current");
    current = input;
    cellOf(input).classList.add("is-current");
    before = queue.entries.get(keyOf(input))?.text ?? stands.get(keyOf(input)).text;
    input.select();
    fillPanel();
    uncover(input);
  });
  grid.addEventListener("focusout", (event) => { if (event.target === current) commit(); });
  grid.addEventListener("pointerdown", (event) => {
    const input = event.target.closest("input.answer");
    if (input && event.shiftKey && current && input !== current) { event.preventDefault(); goTo(input, { extend: true }); }
    else if (input) anchor = null;
  });
  grid.addEventListener("pointerup", (event) => {
    const input = event.target.closest("input.answer");
    if (input && mode === "nav") input.select();
  });
  grid.addEventListener("dblclick", (event) => { if (event.target === current && !current.readOnly) mode = "edit"; });
  grid.addEventListener("input", (event) => {
    if (event.target !== current) return;
    // Typed by what sends no keys (an input method): the first letter says it.
    if (mode === "nav" && current.classList.contains("is-yes-no")) {
      const text = meant(current.value.trim()[0]) ?? before;
      current.value = text;
      write([[current, text]]);
      current.select();
    } else if (mode === "nav") mode = "type";
  });

  // One key for each answer: its first letter, in Vietnamese or as the page writes it, or 1 and 0.
  const meant = (key = "") => ({
    [quick.no[0].toLowerCase()]: quick.no, [quick.yes[0].toLowerCase()]: quick.yes, k: quick.no, 0: quick.no, c: quick.yes, 1: quick.yes,
  })[key.toLowerCase()];
  const chosen = () => (selected.length > 1 ? selected : [current]);

  grid.addEventListener("keydown", (event) => {
    if (event.target !== current || event.isComposing) return;
    const key = event.key, control = event.ctrlKey || event.metaKey, editing = mode === "edit";
    const yesNo = current.classList.contains("is-yes-no");
    const go = (input) => { event.preventDefault(); goTo(input, { extend: event.shiftKey && key.startsWith("Arrow") }); };
    if (key === "ArrowDown") return go(step(1, 0));
    if (key === "ArrowUp") return go(step(-1, 0));
    if (key === "ArrowLeft" && !editing) return go(step(0, -1));
    if (key === "ArrowRight" && !editing) return go(step(0, 1));
    if (key === "Enter") { const to = step(event.shiftKey ? -1 : 1, 0); event.preventDefault(); commit(); if (to) goTo(to); else { current.select(); fillPanel(); } return undefined; }
    if ((key === "Home" || key === "End") && !editing) {
      const row = control ? shownRows.at(key === "Home" ? 0 : -1) : rowOf(current);
      return go(inputsOf(row).at(key === "Home" ? 0 : -1));
    }
    if (key === "PageDown" || key === "PageUp") return go(step(key === "PageDown" ? Math.min(10, shownRows.length - 1 - shownRows.indexOf(rowOf(current))) : -Math.min(10, shownRows.indexOf(rowOf(current))), 0));
    if (key === "Escape") {
      event.preventDefault();
      if (mode !== "nav") { current.value = before; mode = "nav"; current.select(); } else { select([]); closePanel(); }
      return undefined;
    }
    if (key === "F4") { event.preventDefault(); openPanel(); byId("panel-note")?.focus(); return undefined; }
    if (key === "F2") { event.preventDefault(); if (!current.readOnly) { mode = "edit"; current.setSelectionRange(current.value.length, current.value.length); } return undefined; }
    if (control && key.toLowerCase() === "z" && mode === "nav") { event.preventDefault(); takeBack(); return undefined; }
    if (control && key.toLowerCase() === "d") { event.preventDefault(); fillDown(); return undefined; }
    if (control || event.altKey || editing) return undefined;
    if (key === "Delete" || (key === "Backspace" && yesNo)) {
      if (mode === "type") return undefined;
      event.preventDefault();
      // Vietnamese keyboards write "Có" as c, o, s with backspaces of their own.
      if (key === "Delete" || !typedHere) { write(chosen().map((input) => [input, ""])); current.select(); }
      return undefined;
    }
    if (key.length !== 1 || mode === "type") return undefined;
    if (key.toLowerCase() === "x") { event.preventDefault(); openPanel(); byId("panel-reason")?.focus(); return undefined; }
    if (!yesNo) return undefined; // typing replaces: the text is selected
    event.preventDefault();
    const text = meant(key);
    if (text !== undefined) { write(chosen().map((input) => [input, text])); current.select(); }
    typedHere = true;
    return undefined;
  });

  function takeBack() {
    const last = undo.pop();
    if (!last) return;
    write(last.map(([input, text]) => [input, text]), { remember: false });
    reveal(last[0][0]);
    goTo(last[0][0]);
    announce(words.undone);
  }

  function fillDown() {
    if (selected.length < 2) return;
    const rows = block(selected[0], selected.at(-1));
    write(rows.slice(1).flatMap((row) => row.map((input, column) => [input, rows[0][column].value])));
  }

  // Copy and paste ------------------------------------------------------------------------------

  const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  grid.addEventListener("copy", (event) => {
    if (event.target !== current || mode !== "nav") return;
    event.preventDefault();
    const rows = selected.length > 1 ? block(selected[0], selected.at(-1)) : [[current]];
    event.clipboardData.setData("text/plain", rows.map((row) => row.map((input) => quoted(input.value)).join("\t")).join("\n"));
  });

  // Cells as Excel puts them on the clipboard: tabs and lines, quotation marks where one is inside.
  function readBlock(text) {
    const rows = [[]];
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let at = 0; at <= source.length;) {
      let cell = "";
      if (source[at] === '"') {
        const end = /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(source.slice(at));
        if (end) { cell = end[1].replaceAll('""', '"'); at += end[0].length; }
        else { const plain = /^[^\t\n]*/.exec(source.slice(at))[0]; cell = plain; at += plain.length; }
      } else { const plain = /^[^\t\n]*/.exec(source.slice(at))[0]; cell = plain; at += plain.length; }
      rows.at(-1).push(cell.replace(/\s+/g, " ").trim());
      if (source[at] === "\n") rows.push([]);
      at += 1;
    }
    return rows;
  }

  grid.addEventListener("paste", (event) => {
    if (event.target !== current || mode !== "nav") return;
    event.preventDefault();
    const rows = readBlock(event.clipboardData.getData("text/plain"));
    const changes = [];
    let outside = 0;
    if (rows.length === 1 && rows[0].length === 1) {
      if (rows[0][0]) chosen().forEach((input) => changes.push([input, rows[0][0]]));
    } else {
      const top = shownRows.indexOf(rowOf(current)), left = columnOf(current);
      const kind = rowOf(current).closest(".grid-sheet").dataset.kind;
      rows.forEach((texts, down) => {
        const row = shownRows[top + down];
        // Other kinds have other questions: a block never runs on into them.
        const cells = row && row.closest(".grid-sheet").dataset.kind === kind ? inputsOf(row) : [];
        texts.forEach((text, right) => {
          if (!text) return; // blank says nothing, as in a file
          if (cells[left + right]) changes.push([cells[left + right], text]);
          else outside += 1;
        });
      });
    }
    const locked = write(changes);
    select(changes.map(([input]) => input));
    announce([
      say(words.pasted, { n: changes.length - locked }),
      outside && say(words.outside, { n: outside }),
      locked && say(words.locked, { n: locked }),
    ].filter(Boolean).join(" "));
  });

  function announce(text) { byId("grid-shown").textContent = text; }

  // Filter --------------------------------------------------------------------------------------

  const filter = byId("grid-filter");
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
  function applyFilter() {
    const wanted = Object.fromEntries(new FormData(filter));
    const looked = fold(wanted.q ?? "").split(/\s+/).filter(Boolean);
    let number = 0;
    grid.querySelectorAll(".grid-sheet").forEach((sheet) => {
      const here = (!wanted.kind || wanted.kind === sheet.dataset.kind) && (!wanted.tier || wanted.tier === sheet.dataset.tier);
      let any = false;
      sheet.querySelectorAll("tbody tr").forEach((row) => {
        const shown = here && looked.every((word) => row.dataset.find.includes(word))
          && (wanted.show !== "missing" || inputsOf(row).some((input) => !input.value.trim()))
          && (wanted.show !== "returned" || row.querySelector("td.is-returned"));
        row.hidden = !shown;
        any ||= Boolean(shown);
        number += shown ? 1 : 0;
      });
      sheet.hidden = !any;
    });
    listRows();
    announce(say(words.shown, { n: number }));
    const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value)).toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  }
  filter.addEventListener("submit", (event) => { event.preventDefault(); applyFilter(); });
  filter.addEventListener("change", applyFilter);
  filter.addEventListener("input", (event) => { if (event.target.type === "search") applyFilter(); });
  document.querySelectorAll("[data-goto]").forEach((link) => link.addEventListener("click", (event) => {
    const input = inputs.get(link.dataset.goto);
    if (!input) return;
    event.preventDefault();
    reveal(input);
    input.focus();
    input.scrollIntoView({ block: "center" });
  }));

  // Panel ---------------------------------------------------------------------------------------

  const panel = byId("cell-panel");
  const wide = matchMedia("(min-width: 1100px)");
  let closedByHand = false, shownKey = "";

  function openPanel() {
    closedByHand = false;
    fillPanel();
    if (panel) byId("panel-more").open = true;
  }
  function closePanel() {
    if (!panel || panel.hidden || wide.matches) return;
    panel.hidden = true;
    closedByHand = true;
  }

  function fillPanel(again = false) {
    if (!panel || !current || closedByHand) return;
    const key = keyOf(current), beside = note(key), locked = current.readOnly;
    if (again && key === shownKey && panel.contains(document.activeElement)) return; // being written in
    shownKey = key;
    panel.hidden = false;
    const link = rowOf(current).querySelector("th a");
    const head = current.closest("table").tHead.rows[0].cells[cellOf(current).cellIndex];
    byId("panel-title").textContent = link.textContent;
    byId("panel-question").textContent = head.querySelector(".definition-text strong")?.textContent ?? cellOf(current).dataset.label;
    byId("panel-place").textContent = [rowOf(current).querySelector("th small")?.textContent, cellOf(current).querySelector(".before")?.textContent].filter(Boolean).join(" · ");
    const line = byId("panel-line");
    line.href = link.href;
    const definition = [...(head.querySelectorAll(".definition-text p") ?? [])].map((p) => p.cloneNode(true));
    byId("panel-definition").hidden = !definition.length;
    byId("panel-definition-text").replaceChildren(...definition);
    for (const name of ["note", "evidence"]) {
      const area = byId(`panel-${name}`);
      area.value = beside[name] ?? "";
      area.readOnly = locked;
    }
    if (byId("panel-quick")) {
      byId("panel-quick").hidden = locked;
      panel.querySelectorAll("[data-quick=yes], [data-quick=no]").forEach((button) => { button.hidden = !current.classList.contains("is-yes-no"); });
      const text = current.value;
      panel.querySelectorAll("[data-quick]").forEach((button) => button.setAttribute("aria-pressed", String((quick[button.dataset.quick] ?? "") === text)));
      byId("panel-reason").value = Object.keys(quick).find((name) => quick[name] === text && name !== "yes" && name !== "no") ?? "";
    }
    byId("panel-says").replaceChildren(...(problemsOfExplanations.has(key) ? [make("span", { className: "wrong" }, icon("i-not-met"), problemsOfExplanations.get(key))] : []));
    byId("panel-findings").replaceChildren(...(beside.findings ?? []).map((finding, place) => findingPart(key, finding, place)));
    byId("panel-files").replaceChildren(...(beside.files ?? []).map(filePart));
  }

  function findingPart(key, finding, place) {
    const part = make("div", { className: "finding" }, make("p", { className: "noticed" }, icon("i-info"), `${finding.message} ${finding.todo}`));
    if (finding.fatal || !isOpen) return part;
    // One explanation stands with the value, whichever of its findings asks for it.
    if (place === 0) {
      const area = make("textarea", { className: "form-control", rows: 2, maxLength: 2000, value: queue.entries.get(key)?.explanation ?? finding.explanation, id: "panel-explanation" });
      area.setAttribute("aria-label", finding.todo);
      if (finding.suggestion && !finding.explanation) {
        const use = make("button", { type: "button", className: "btn btn-sm btn-link" }, words.suggestion.replace("{s}", finding.suggestion));
        use.addEventListener("click", () => { area.value = finding.suggestion; area.dispatchEvent(new Event("change")); });
        part.append(use);
      }
      area.addEventListener("change", () => beside(key, { explanation: area.value.trim() }));
      part.append(area);
    }
    return part;
  }

  function filePart([id, name]) {
    return make("li", {}, make("a", { href: grid.dataset.file.replace("/0/", `/${id}/`) }, icon("i-download"), name));
  }

  // What stands beside an answer goes the same way as the answer.
  function beside(key, change) {
    const entry = queue.entries.get(key), known = stands.get(key);
    queue.put(key, {
      text: entry?.text ?? known.text,
      version: entry && !entry.stuck ? entry.version : known.version,
      ...(reason ? { reason: reason.value.trim() } : {}),
      ...change,
    });
    paint(key);
  }

  if (panel) {
    byId("panel-more").open = wide.matches;
    wide.addEventListener("change", () => { byId("panel-more").open = wide.matches; });
    byId("panel-close").addEventListener("click", () => { panel.hidden = true; closedByHand = true; current?.focus(); });
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); current?.focus(); } });
    panel.querySelectorAll("[data-quick]").forEach((button) => button.addEventListener("click", () => {
      write(chosen().map((input) => [input, quick[button.dataset.quick] ?? ""]));
      fillPanel();
      if (!wide.matches) { const next = nextEmpty(); if (next) goTo(next); } else current.focus();
    }));
    byId("panel-reason")?.addEventListener("change", (event) => {
      if (!event.target.value) return;
      write(chosen().map((input) => [input, quick[event.target.value]]));
      if (event.target.value === "other" && !byId("panel-note").value) byId("panel-note").focus(); else current.focus();
    });
    for (const name of ["note", "evidence"]) {
      byId(`panel-${name}`).addEventListener("change", (event) => { if (!event.target.readOnly) beside(shownKey, { [name]: event.target.value.trim() }); });
    }
    byId("panel-upload")?.addEventListener("change", async (event) => {
      const key = shownKey, says = byId("panel-upload-says"), form = new FormData();
      if (!event.target.files.length) return;
      form.append("file", event.target.files[0]);
      form.append("cell", key);
      form.append("typed_by", grid.dataset.user);
      says.textContent = words.saving;
      try {
        const response = await fetch(grid.dataset.attach, { method: "POST", redirect: "manual", headers: { Accept: "application/json", "X-CSRFToken": token() }, body: form });
        const answer = await response.json();
        says.textContent = answer.message ?? "";
        if (response.ok) {
          more[key] = { ...more[key], files: [...(more[key]?.files ?? []), [answer.id, answer.name]] };
          paint(key);
          fillPanel();
        }
      } catch { says.textContent = words.uploadFailed; }
      event.target.value = "";
    });
  }

  // On a phone the next question comes by itself once one is answered.
  function nextEmpty() {
    const all = shownRows.flatMap(inputsOf);
    return all.slice(all.indexOf(current) + 1).find((input) => !input.readOnly && !input.value.trim());
  }

  // Start ---------------------------------------------------------------------------------------

  // What was not sent when the page was left, or what came back from a refused form.
  queue.entries.forEach((entry, key) => {
    const input = inputs.get(key);
    if (input && !input.readOnly) { input.value = entry.text; reveal(input); }
    else if (!input) queue.drop(key);
  });
  listRows();
  if (Object.values(Object.fromEntries(new FormData(filter))).some(Boolean)) applyFilter();
  inputs.forEach((input, key) => { if (more[key] || queue.entries.has(key)) paint(key); });
  inputs.forEach((input, key) => {
    if (!queue.entries.has(key) && input.value !== stands.get(key).text && !input.readOnly) write([[input, input.value]], { remember: false });
  });
  tell();
  queue.now();
  window.gridQueue = queue;
})();
