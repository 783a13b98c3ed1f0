"use strict";
// Keeps the page up to date: the server sends what has changed, and only that is put in its place, so that
// focus, open details and what somebody is typing stay.
(() => {
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
  const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

  function span(seconds) {
    const [size, unit] = units.find(([size]) => seconds >= size) || units[3];
    const rest = size > 60 ? ` ${Math.floor((seconds % size) / (size / (size === 86400 ? 24 : 60)))} ${size === 86400 ? "h" : "min"}` : "";
    return `${Math.floor(seconds / size)} ${unit}${rest}`;
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function localise(root) {
    const now = Date.now();
    for (const time of root.querySelectorAll("time[datetime]")) {
      const then = new Date(time.dateTime);
      const ago = span(Math.max(0, (now - then) / 1000));
      write(time, "ago" in time.dataset ? `${ago} ago` : short.format(then));
      time.title = full.format(then);
    }
    for (const until of root.querySelectorAll("[data-until]")) {
      const left = (new Date(until.dataset.until) - now) / 1000;
      write(until, left > 0 ? `(${span(left)} left)` : "(past)");
    }
  }

  // A form's own `id` may be hidden by a field of that name.
  function idOf(node) {
    return node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("id") : null;
  }

  function sameKind(one, other) {
    return one && one.nodeType === other.nodeType && one.nodeName === other.nodeName && idOf(one) === idOf(other);
  }

  function setAttributes(old, fresh) {
    for (const { name, value } of [...fresh.attributes]) {
      if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
  }

  function change(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    setAttributes(old, fresh);
    let place = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      const id = idOf(wanted);
      const known = id && old.querySelector(`:scope > #${CSS.escape(id)}`);
      if (known && known !== place) old.insertBefore(known, place);
      else if (!known && !sameKind(place, wanted)) {
        old.insertBefore(wanted, place);
        continue;
      }
      const here = known || place;
      place = here.nextSibling;
      change(here, wanted);
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  const view = document.getElementById("view");
  const connection = document.getElementById("connection");
  let source = null;

  function told(event) {
    const fresh = new DOMParser().parseFromString(event.data, "text/html");
    localise(fresh);
    for (const part of fresh.body.children) {
      const old = document.getElementById(part.id);
      if (!old) continue;
      if (part.id === "view") part.dataset.live = view.dataset.live;
      change(old, part);
    }
  }

  // Whether the page would lead to the login by now: no use in asking again.
  async function isLoggedOut() {
    try {
      const answer = await fetch(location.pathname, { method: "HEAD", redirect: "manual" });
      return answer.type === "opaqueredirect";
    } catch {
      return false;
    }
  }

  async function tryAgain() {
    if (!(await isLoggedOut())) return void setTimeout(listen, 3000);
    connection.textContent = "You are logged out. Load the page anew to log in.";
    connection.hidden = false;
  }

  function listen() {
    if (source || document.hidden) return;
    source = new EventSource(view.dataset.live);
    source.onopen = () => { connection.hidden = true; };
    source.onmessage = told;
    source.onerror = () => {
      connection.hidden = false;
      if (source && source.readyState === EventSource.CLOSED) {
        stop();
        tryAgain();
      }
    };
  }

  function stop() {
    if (source) source.close();
    source = null;
  }

  // A double click is one click.
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
    setTimeout(() => sent.delete(event.target), 5000);
  });
  localise(document);
  setInterval(() => localise(document), 1000);
  if (view && view.dataset.live) {
    document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
    window.addEventListener("pagehide", stop);
    listen();
  }
})();
