/* landed-training.js: what people allowed to teach models. An ES module. docs/training.md */
// Bytes: browsers let 64 KiB outlive a page, and the server takes 4 MiB.
const SMALL = 6e4, LARGE = 1e6, BATCH = 40, MOST_WAITING = 200, LONGEST = 6e4;
const settings = { host: new URL(import.meta.url).origin, key: "", consent: undefined, wait: 1e3 };
let queue = [], timer = 0, faults = 0, busy = false;

/** Say where landed is, the write key, and what the person allowed: `{ training: true }`. */
export function configure(options) {
  Object.assign(settings, options);
}

/** A résumé was tailored to a job. */
export function logResumeTailoringEvent(event) {
  return log("resume", event, {
    resume_id: event.resumeId,
    action: event.isRefinement ? "refined" : "tailored",
    resume_text: event.resumeText,
    job_description: event.jobDescription,
    tailored_text: event.tailoredText,
    ats_score: event.atsScore,
    jd_score: event.jdScore,
    tailoring_mode: event.tailoringMode,
    version: event.version,
    names: event.names
  });
}

/** A résumé was uploaded, copied or downloaded: `action` says which. */
export function logResumeEvent(event) {
  return log("resume", event, {
    resume_id: event.resumeId,
    action: event.action,
    resume_text: event.resumeText,
    version: event.version,
    names: event.names
  });
}

/** Something was done with the page. */
export function logInteractionEvent(event) {
  return log("interaction", event, { action: event.action, element: event.element });
}

function log(type, event, told) {
  const consent = event.consent === undefined ? settings.consent : event.consent;
  if (!allowed(consent)) return Promise.resolve({ status: "withheld" });
  const body = Object.assign({
    type: type,
    user_id: event.userId,
    message_id: event.messageId || uuid(),
    occurred_at: new Date().toISOString(),
    consent: { training: true }
  }, told);
  let text;
  try {
    text = JSON.stringify(body); // now: what the page changes afterwards is not told
  } catch (error) {
    return Promise.resolve({ status: "dropped", reason: String(error) });
  }
  const size = new TextEncoder().encode(text).length;
  return new Promise(function (resolve) {
    queue.push({ text: text, size: size, resolve: resolve });
    while (queue.length > MOST_WAITING) settle(queue.shift(), "dropped", "too many wait");
    later(queue.length >= BATCH || size > SMALL / 2 ? 0 : settings.wait);
  });
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const text = Array.from(bytes, function (one) { return (one + 256).toString(16).slice(1); }).join("");
  return text.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

// Silence is a no, and so is every signal of the browser.
function allowed(consent) {
  const browser = globalThis.navigator || {};
  if (browser.globalPrivacyControl || browser.doNotTrack === "1") return false;
  return Boolean(consent) && consent.training === true;
}

function later(wait) {
  if (timer && wait) return;
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}

function settle(one, status, reason) {
  one.resolve(reason ? { status: status, reason: reason } : { status: status });
}

function wrap(batch) {
  const events = batch.map(function (one) { return one.text; }).join(",");
  return '{"write_key":' + JSON.stringify(settings.key) + ',"events":[' + events + "]}";
}

// The first events that fit together, one at least.
function first(events, most) {
  let size = 0, count = 0;
  while (count < Math.min(events.length, BATCH) && (size += events[count].size + 1) < most) count++;
  return events.slice(0, count || 1);
}

function total(batch) {
  return batch.reduce(function (sum, one) { return sum + one.size + 1; }, 200);
}

function place() {
  return settings.host.replace(/\/$/, "") + "/api/training/log";
}

/** Send what waits now. */
export async function flush() {
  clearTimeout(timer);
  timer = 0;
  if (busy || !queue.length) return;
  busy = true;
  const batch = first(queue, LARGE);
  let answer = null;
  try {
    answer = await fetch(place(), {
      method: "POST", body: wrap(batch), credentials: "omit", keepalive: total(batch) < SMALL
    });
    const status = answer.status;
    if (status > 499 || status === 429 || status === 408) throw status;
    const told = await answer.json();
    faults = 0;
    queue = queue.filter(function (one) { return batch.indexOf(one) < 0; });
    report(batch, answer.ok, told);
  } catch (error) {
    const asked = answer && Number(answer.headers.get("Retry-After")) * 1e3 || 0;
    const grown = Math.min(LONGEST, 1e3 * Math.pow(2, faults++)) * (0.5 + Math.random() / 2);
    busy = false;
    return later(Math.max(asked, grown));
  }
  busy = false;
  if (queue.length) later(1);
}

function report(batch, ok, told) {
  const refused = {};
  (told.rejected || []).forEach(function (one) { refused[one.index] = one.field + ": " + one.reason; });
  batch.forEach(function (one, index) {
    if (!ok) settle(one, "dropped", told.message);
    else if (refused[index]) settle(one, "rejected", refused[index]);
    else settle(one, told.withheld && !told.accepted ? "withheld" : "accepted");
  });
}

// The page may end: what is small goes as beacons. What was on its way already counts once.
function leave() {
  if (navigator.onLine === false || !navigator.sendBeacon) return;
  let small = queue.filter(function (one) { return one.size < SMALL - 200; });
  while (small.length) {
    const batch = first(small, SMALL - 200);
    if (!navigator.sendBeacon(place(), wrap(batch))) return;
    small = small.slice(batch.length);
    queue = queue.filter(function (one) { return batch.indexOf(one) < 0; });
    batch.forEach(function (one) { settle(one, "sent"); });
  }
}

if (globalThis.document) {
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") leave();
  });
  addEventListener("online", flush);
}
