// Server-sent events: fragments written by the server are put in place without moving what is being read.
import { say } from "./text.js";
import { toast } from "./toast.js";

const NEAR_END = 120; // pixels: whoever is this close to the end is following along

/** The element that scrolls around `element`: a column on the desk, the page itself on a phone. */
function scroller(element) {
  for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
    const flow = getComputedStyle(at).overflowY;
    if ((flow === "auto" || flow === "scroll") && at.scrollHeight > at.clientHeight + 1) return at;
  }
  return document.scrollingElement;
}

const fromHtml = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

/** Applies one message; true if something new was added that the reader does not see yet. */
export function apply({ target, mode = "append", id, html = "", toast: note, tone }) {
  if (note) toast(note, tone);
  const known = id && document.getElementById(id);
  if (mode === "remove") { (known || (!id && document.querySelector(target)))?.remove?.(); return false; }
  const place = target && document.querySelector(target);
  if (!known && !place) return false;
  // Somebody typing in it must not lose it; the next full load brings the change.
  const replaced = known || (mode === "replace" ? place : null);
  if (replaced?.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return false;
  const content = fromHtml(html), fresh = [...content.children];
  const view = scroller(replaced ?? place);
  const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_END;
  const before = { height: view.scrollHeight, top: view.scrollTop };
  let unseen = false;
  view.style.overflowAnchor = "none"; // we keep the place ourselves; the browser doing it too would move it twice
  if (replaced) {
    const above = replaced.getBoundingClientRect().bottom < (view === document.scrollingElement ? 0 : view.getBoundingClientRect().top);
    replaced.replaceWith(content);
    if (above) view.scrollTop = before.top + view.scrollHeight - before.height;
  } else if (mode === "prepend") {
    place.prepend(content);
    if (before.top > 0) view.scrollTop = before.top + view.scrollHeight - before.height;
  } else {
    place.append(content);
    if (atEnd) view.scrollTop = view.scrollHeight;
    else { view.scrollTop = before.top; unseen = true; }
  }
  for (const element of fresh) {
    if (!replaced) element.classList.add("is-new");
    document.dispatchEvent(new CustomEvent("okiagari:changed", { detail: { element } }));
  }
  return unseen;
}

function listen(root) {
  const url = new URL(root.dataset.live, location.href);
  const state = root.querySelector("[data-live-state]"), more = root.querySelector("[data-live-new]");
  let last = root.dataset.liveLast ?? "", waiting = 0, wait = 1000, source;
  const show = (kind, word) => { if (state && state.dataset.state !== kind) { state.dataset.state = kind; state.textContent = say(word); } };
  const seen = () => { waiting = 0; if (more) more.hidden = true; };
  const open = () => {
    if (last) url.searchParams.set("last", last);
    source = new EventSource(url);
    source.onopen = () => { wait = 1000; show("on", "live"); };
    source.onmessage = (event) => {
      if (event.lastEventId) last = event.lastEventId;
      let message;
      try { message = JSON.parse(event.data); } catch { return; }
      if (apply(message) && more) {
        waiting += 1;
        more.querySelector("b").textContent = waiting;
        more.hidden = false;
      }
    };
    source.onerror = () => {
      show("off", "retry");
      // The browser tries again by itself unless the answer was an error; then it gives up, and we do not.
      if (source.readyState !== EventSource.CLOSED) return;
      if (wait > 60_000) { show("off", "stale"); return; }
      setTimeout(open, wait);
      wait *= 2;
    };
  };
  more?.addEventListener("click", (event) => {
    event.preventDefault();
    const view = scroller(more);
    view.scrollTo({ top: view.scrollHeight, behavior: "smooth" });
    seen();
  });
  document.addEventListener("scroll", (event) => {
    const view = event.target === document ? document.scrollingElement : event.target;
    if (waiting && view.contains(more) && view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_END) seen();
  }, { capture: true, passive: true });
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  addEventListener("online", () => { if (source.readyState === EventSource.CLOSED) { wait = 1000; open(); } });
  const list = root.querySelector(".timeline");
  if (list && !location.hash) { const view = scroller(list); if (view !== document.scrollingElement) view.scrollTop = view.scrollHeight; }
}

export function start() {
  for (const root of document.querySelectorAll("[data-live]")) listen(root);
}
