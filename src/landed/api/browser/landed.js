/* landed.js: visits, pages, interactions and time in sight. docs/browser-client.md */
(function (window, document) {
  "use strict";
  var script = document.currentScript;
  var options = script ? script.dataset : {};
  var home = options.host || (script && script.src ? new URL(script.src).origin : location.origin);
  var url = home.replace(/\/$/, "") + "/api/analytics/events";
  var early = (window.landed && window.landed.q) || [];
  var IDLE = 18e5, MOST_WAITING = 200, BATCH = 40, SMALL = 6e4;
  var memory = {}, queue = [], tab = uuid();
  var timer = 0, faults = 0, busy = false, began = false, path = null, shownAt = 0;

  // A private window may refuse storage: then this page remembers for itself.
  function get(name) {
    try {
      var text = localStorage.getItem("landed." + name);
      if (text) return JSON.parse(text);
    } catch (error) { /* as above */ }
    return name in memory ? memory[name] : null;
  }

  function put(name, value) {
    if (value === null) delete memory[name];
    else memory[name] = value;
    try {
      if (value === null) localStorage.removeItem("landed." + name);
      else localStorage.setItem("landed." + name, JSON.stringify(value));
    } catch (error) { /* as above */ }
  }

  function uuid() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var text = Array.from(bytes, function (one) { return (one + 256).toString(16).slice(1); }).join("");
    return text.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  function allowed() {
    if (navigator.globalPrivacyControl || navigator.doNotTrack === "1") return false;
    var consent = get("consent");
    return options.consent === "required" ? consent === true : consent !== false;
  }

  function who() {
    var id = get("id");
    if (!id) put("id", (id = uuid()));
    return id;
  }

  function visit() {
    var now = Date.now(), known = get("visit"), fresh = !known || now - known.at > IDLE;
    var id = fresh ? uuid() : known.id;
    put("visit", { id: id, at: now });
    if (fresh) add("session_started", started(), id);
    return id;
  }

  function started() {
    var query = new URLSearchParams(location.search), width = screen.width;
    var told = { entry_path: location.pathname, referrer_domain: referrer() };
    told.device_type = width < 600 ? "mobile" : navigator.maxTouchPoints && width < 1100 ? "tablet" : "desktop";
    ["utm_source", "utm_medium", "utm_campaign"].forEach(function (name) {
      told[name] = query.get(name) || undefined;
    });
    return told;
  }

  function referrer() {
    try {
      var host = new URL(document.referrer).hostname;
      return host === location.hostname ? undefined : host;
    } catch (error) { return undefined; }
  }

  function add(event, properties, visitId) {
    queue.push({
      event: event,
      message_id: uuid(),
      user_id: get("user") || undefined,
      anonymous_id: who(),
      session_id: visitId,
      occurred_at: new Date().toISOString(),
      properties: properties || {}
    });
    if (queue.length > MOST_WAITING) queue.shift();
    if (queue.length >= BATCH) flush();
    else later(1e3);
  }

  function track(event, properties) {
    if (allowed()) add(event, properties, visit());
  }

  function later(wait) {
    if (!timer) timer = setTimeout(flush, wait);
  }

  function body(events) {
    return JSON.stringify({ write_key: options.key, sent_at: new Date().toISOString(), events: events });
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    if (busy || !queue.length || !allowed()) return;
    if (navigator.onLine === false) return keep();
    var batch = queue.slice(0, BATCH), text = body(batch);
    busy = true;
    fetch(url, { method: "POST", body: text, credentials: "omit", keepalive: text.length < SMALL })
      .then(function (answer) {
        var status = answer.status;
        if (status > 499 || status === 429 || status === 408) throw status;
        queue = queue.filter(function (one) { return batch.indexOf(one) < 0; });
        busy = false;
        faults = 0;
        keep();
        if (queue.length) later(1);
      })
      .catch(function () {
        busy = false;
        keep();
        later(Math.min(6e4, 1e3 * Math.pow(2, faults++)) * (0.5 + Math.random() / 2));
      });
  }

  // What could not be sent is taken up by the next page: this one may end at any time.
  function keep() {
    put("queue." + tab, queue.length ? queue : null);
  }

  function adopt() {
    var names = [];
    try { names = Object.keys(localStorage); } catch (error) { /* no storage, nothing kept */ }
    names.forEach(function (name) {
      if (name.indexOf("landed.queue.") || name === "landed.queue." + tab) return;
      queue = (get(name.slice(7)) || []).concat(queue).slice(-MOST_WAITING);
      put(name.slice(7), null);
    });
    if (queue.length) later(1);
  }

  function page(properties) {
    leave();
    path = (properties && properties.path) || location.pathname;
    track("page_viewed", Object.assign({ path: path, referrer_domain: referrer() }, properties));
    if (document.visibilityState === "visible") shownAt = Date.now();
  }

  function leave() {
    if (!shownAt || path === null) return;
    var seconds = (Date.now() - shownAt) / 1e3;
    shownAt = 0;
    track("page_left", { path: path, duration_seconds: seconds });
  }

  function hide() {
    leave();
    if (!queue.length || !allowed()) return;
    if (navigator.onLine !== false && navigator.sendBeacon && navigator.sendBeacon(url, body(queue))) queue = [];
    keep();
  }

  function press(event) {
    var element = event.target.closest && event.target.closest("[data-landed]");
    if (!element || (event.type === "submit") !== (element.tagName === "FORM")) return;
    var name, told = {};
    Object.keys(element.dataset).forEach(function (key) {
      if (key.indexOf("landed") || key === "landed") return;
      var plain = key.slice(6).replace(/[A-Z]/g, function (one) { return "_" + one.toLowerCase(); }).slice(1);
      if (plain === "event") name = element.dataset[key];
      else told[plain] = number(element.dataset[key], plain);
    });
    if (name) return track(name, told);
    track("interaction_recorded", Object.assign(
      { action: event.type, element: element.dataset.landed, page_path: path || location.pathname }, told
    ));
  }

  function number(text, name) {
    return text !== "" && !/_id$/.test(name) && isFinite(text) ? Number(text) : text;
  }

  function start() {
    if (began || !allowed()) return;
    began = true;
    adopt();
    if (options.pages === "manual") return;
    page();
    var push = history.pushState;
    history.pushState = function () {
      push.apply(history, arguments);
      if (location.pathname !== path) page();
    };
    addEventListener("popstate", function () { if (location.pathname !== path) page(); });
  }

  // Gives a function that answers for one key; who meets a variant of an experiment is exposed.
  function flags(attributes) {
    var found = {}, met = {};
    function answer(key, otherwise) {
      var one = found[key];
      if (!one || one.value === undefined) return otherwise;
      var told = one.metadata;
      if (told.exposure && !met[key]) {
        met[key] = true;
        track("experiment_exposed", {
          experiment_id: key,
          variant: one.variant,
          experiment_version: told.version,
          salt: told.salt,
          algorithm: told.algorithm
        });
      }
      return one.value;
    }
    if (!allowed()) return Promise.resolve(answer);
    var context = Object.assign({ targetingKey: get("user") || who(), anonymous_id: who() }, attributes);
    return fetch(home.replace(/\/$/, "") + "/ofrep/v1/evaluate/flags", {
      method: "POST",
      headers: { Authorization: "Bearer " + options.key },
      body: JSON.stringify({ context: context }),
      credentials: "omit"
    }).then(function (reply) { return reply.ok ? reply.json() : { flags: [] }; })
      .then(function (told) { told.flags.forEach(function (one) { found[one.key] = one; }); })
      .catch(function () { /* the code's own values hold */ })
      .then(function () { return answer; });
  }

  var landed = {
    track: track,
    page: page,
    flush: flush,
    flags: flags,
    identify: function (userId, traits) {
      if (!allowed()) return;
      put("user", String(userId));
      track("person_identified", traits);
    },
    reset: function () {
      ["user", "id", "visit"].forEach(function (name) { put(name, null); });
    },
    consent: function (granted, version) {
      var told = { purpose: "analytics", granted: granted, policy_version: version };
      if (!granted) {
        track("consent_changed", told);
        hide();
        queue = [];
        keep();
        landed.reset();
      }
      put("consent", granted);
      if (granted) {
        track("consent_changed", told);
        start();
      }
    },
    q: { push: function (call) { landed[call[0]].apply(null, call.slice(1)); } }
  };
  window.landed = landed;
  document.addEventListener("click", press, true);
  document.addEventListener("submit", press, true);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") hide();
    else if (path !== null) shownAt = Date.now();
  });
  addEventListener("pagehide", hide);
  addEventListener("online", flush);
  start();
  early.forEach(landed.q.push);
})(window, document);
