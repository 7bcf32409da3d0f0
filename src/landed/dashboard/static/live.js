// Keeps the page current: one stream while it is visible, changed parts replaced in place.
import { drawCharts } from "./charts.js";

const page = document.querySelector("[data-page]");
const words = document.querySelector("[data-live-words]");
const state = document.querySelector("[data-live-state]");
let source = null;
let checkedAt = 0;

function say(name, text) {
  if (state) state.dataset.liveState = name;
  if (words && words.textContent !== text) words.textContent = text;
}

function tick() {
  if (page.dataset.page === "empty" || !source || source.readyState !== EventSource.OPEN || !checkedAt) return;
  const seconds = Math.round((Date.now() - checkedAt) / 1000);
  say("live", seconds < 1 ? "live · updated now" : `live · updated ${seconds} s ago`);
}

function replaceParts(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (other && other.innerHTML !== part.innerHTML) part.replaceChildren(...other.cloneNode(true).childNodes);
  }
}

function update(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const kind = fresh.querySelector("[data-page]");
  if (!kind || kind.dataset.page !== page.dataset.page) {
    location.reload(); // the first event arrived, or the store was emptied
    return;
  }
  replaceParts(fresh);
  if (page.dataset.vega) drawCharts(fresh, page.dataset.vega).catch(() => {});
}

function open() {
  if (source || document.hidden) return;
  source = new EventSource(page.dataset.follow);
  source.addEventListener("open", () => {
    if (page.dataset.page === "empty") say("live", "Listening for your first event…");
  });
  source.addEventListener("page", (event) => { checkedAt = Date.now(); update(JSON.parse(event.data).html); tick(); });
  source.addEventListener("checked", () => { checkedAt = Date.now(); tick(); });
  source.addEventListener("error", () => say("lost", "connection lost, trying again…"));
}

function close() {
  if (source) source.close();
  source = null;
}

export function follow() {
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  setInterval(tick, 1000);
  open();
}
