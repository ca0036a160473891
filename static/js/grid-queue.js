// Changes of cells on their way to the server. Each one is kept in this browser until the server
// has answered, so that neither a broken line nor a refresh loses it. One request at a time: what
// changes meanwhile goes with the next. What the server refuses stays, and says why.
"use strict";

class CellQueue {
  static BATCH = 2000;
  static PATIENCE = 45000; // the server itself may wait 30 s for its database
  static LONGEST_PAUSE = 60;

  // `tell` is told of every change of state; `done(key, answer)` of every cell that was saved.
  constructor({ url, user, report, token, tell, done, fresh }) {
    Object.assign(this, { url, user, report, token, tell, done, fresh });
    this.prefix = `grid:${user}:${report}:`;
    this.entries = new Map();
    this.trouble = ""; // "", offline, busy, session, user, forbidden
    this.keeps = true;
    this.failures = 0;
    this.sending = null;
    this.timer = 0;
    this.restore();
    window.addEventListener("online", () => this.now());
    // Whoever logged in again in another tab comes back to this one.
    window.addEventListener("focus", () => { if (this.trouble) this.now(); });
  }

  restore() {
    try {
      for (const name of Object.keys(localStorage)) {
        if (!name.startsWith(this.prefix)) continue;
        const entry = JSON.parse(localStorage.getItem(name));
        this.entries.set(name.slice(this.prefix.length), { ...entry, rev: 0 });
      }
    } catch { this.keeps = false; }
  }

  keep(key) {
    const entry = this.entries.get(key);
    try {
      if (entry) localStorage.setItem(this.prefix + key, JSON.stringify(entry));
      else localStorage.removeItem(this.prefix + key);
      this.keeps = true;
    } catch { this.keeps = false; }
  }

  // `change`: text, version and, where they changed, note, evidence, explanation, reason.
  put(key, change) {
    const before = this.entries.get(key);
    const entry = { sent: [], ...before, ...change, stuck: "", message: "", theirs: "" };
    // The version that was seen first is the one that counts, until the server says another.
    if (before && change.version === undefined) entry.version = before.version;
    entry.rev = (before?.rev ?? 0) + 1;
    this.entries.set(key, entry);
    this.keep(key);
    this.soon(30);
    this.tell();
  }

  drop(key) {
    this.entries.delete(key);
    this.keep(key);
    this.tell();
  }

  get waiting() { return [...this.entries].filter(([, entry]) => !entry.stuck); }
  get stuck() { return [...this.entries].filter(([, entry]) => entry.stuck); }

  soon(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), milliseconds);
  }

  later(trouble, seconds) {
    this.trouble = trouble;
    this.failures += 1;
    const pause = seconds ?? Math.min(CellQueue.LONGEST_PAUSE, 2 ** this.failures);
    this.soon(pause * 1000 * (0.8 + 0.4 * Math.random())); // not all of an office at once
    this.tell();
  }

  async now() {
    clearTimeout(this.timer);
    if (this.sending) return this.sending;
    if (!this.waiting.length) return null;
    this.sending = this.send().finally(() => {
      this.sending = null;
      if (this.waiting.length && !this.trouble) this.soon(0);
      this.tell();
    });
    this.tell();
    return this.sending;
  }

  async send() {
    const reason = this.waiting[0][1].reason ?? "";
    const batch = this.waiting
      .filter(([, entry]) => (entry.reason ?? "") === reason)
      .slice(0, CellQueue.BATCH);
    const revisions = new Map(batch.map(([key, entry]) => [key, entry.rev]));
    const last = batch.length === this.waiting.length;
    const cells = batch.map(([key, entry]) => {
      const [line, indicator] = key.split("-").map(Number);
      // Known again if the answer is lost on the way: then this is what stands there, by me.
      if (!entry.sent.includes(entry.text)) entry.sent.push(entry.text);
      this.keep(key);
      const { text, version, note, evidence, explanation } = entry;
      return { line, indicator, text, version, note, evidence, explanation };
    });
    const giveUp = new AbortController();
    const clock = setTimeout(() => giveUp.abort(), CellQueue.PATIENCE);
    let response, answer;
    try {
      response = await fetch(this.url, {
        method: "POST",
        redirect: "manual",
        signal: giveUp.signal,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token() },
        body: JSON.stringify({ user: this.user, reason, fresh: last, cells }),
      });
      if (response.ok) answer = await response.json();
    } catch {
      return this.later("offline");
    } finally {
      clearTimeout(clock);
    }
    if (answer) return this.take(answer, revisions);
    if (response.type === "opaqueredirect" || response.status === 401) return this.later("session", 30);
    if (response.status === 409) return this.later("user", 30);
    // The token of a page opened before somebody logged in again is old; the cookie has the new one.
    if (response.status === 403) return this.later(this.failures ? "forbidden" : "session", this.failures ? 60 : 1);
    if (response.status === 404) return this.later("forbidden", 60);
    if (response.status === 503 || response.status === 429) {
      return this.later("busy", Number(response.headers.get("Retry-After")) || undefined);
    }
    if (response.status >= 500) return this.later("busy");
    for (const [key] of batch) this.stick(key, revisions, "failed", "");
    this.trouble = "";
    return this.tell();
  }

  stick(key, revisions, stuck, message, more = {}) {
    const entry = this.entries.get(key);
    if (!entry || entry.rev !== revisions.get(key)) return; // typed anew meanwhile
    Object.assign(entry, { stuck, message, ...more });
    this.keep(key);
  }

  take(answer, revisions) {
    this.trouble = "";
    this.failures = 0;
    for (const cell of answer.cells) {
      const entry = this.entries.get(cell.key);
      if (!entry) continue;
      const unchanged = entry.rev === revisions.get(cell.key);
      if (cell.outcome === "saved" || cell.outcome === "same") {
        if (unchanged) {
          this.entries.delete(cell.key);
        } else {
          entry.version = cell.version;
          entry.sent = [];
        }
        this.keep(cell.key);
        this.done(cell.key, cell, unchanged);
      } else if (cell.outcome === "conflict" && cell.is_mine && entry.sent.includes(cell.text)) {
        // What stands there is what this page sent when the answer was lost.
        entry.version = cell.version;
        this.keep(cell.key);
      } else {
        this.stick(cell.key, revisions, cell.outcome, cell.message, {
          theirs: cell.theirs, theirText: cell.text, theirVersion: cell.version, theirNote: cell.note,
          theirEvidence: cell.evidence,
        });
      }
    }
    this.fresh(answer);
    this.tell();
  }
}

window.CellQueue = CellQueue;
