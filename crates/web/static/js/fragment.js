// Links and forms with data-fragment="#id": only that part of the page is fetched and put in place.
// Whatever is not understood becomes an ordinary navigation, so nothing depends on this.
import { say } from "./text.js";
import { toast } from "./toast.js";
import { sendWithProgress } from "./upload.js";

const changed = (element) => document.dispatchEvent(new CustomEvent("okiagari:changed", { detail: { element } }));

/** Puts the element of the same id found in `html` in the place of `target`; false if there is none. */
export function put(target, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fresh = parsed.getElementById(target.id);
  if (!fresh) return false;
  const active = target.contains(document.activeElement) ? document.activeElement : null;
  const caret = active && "selectionStart" in active ? active.selectionStart : null;
  const title = parsed.querySelector("title")?.textContent;
  target.replaceWith(document.adoptNode(fresh));
  if (title) document.title = title;
  changed(fresh);
  const wrong = fresh.querySelector("[data-focus]");
  const again = active && (active.id ? document.getElementById(active.id) : active.name ? fresh.querySelector(`[name="${CSS.escape(active.name)}"]`) : null);
  (wrong ?? again)?.focus({ preventScroll: !wrong });
  if (!wrong && again && caret !== null) {
    try { again.setSelectionRange(caret, caret); } catch { /* this kind of input has no caret */ }
  }
  return true;
}

async function ask(url, selector, options, form) {
  const target = document.querySelector(selector);
  if (!target) return false;
  target.setAttribute("aria-busy", "true");
  try {
    const headers = { "X-Fragment": target.id, Accept: "text/html" };
    const answer = form && hasFiles(options.body)
      ? await sendWithProgress(url, options.body, headers, form)
      : await plain(url, { ...options, headers, credentials: "same-origin" });
    if (answer.location) { location.assign(answer.location); return true; }
    if (answer.status === 204) { form?.reset(); done(form); return true; }
    // The live line may have put a newer part in its place meanwhile: that one stays, unless the answer is a refusal.
    const here = target.isConnected ? target : document.getElementById(target.id);
    if (here !== target && answer.status < 400) { done(form); return answer; }
    // The session has ended, or the page is another: let the browser go there itself.
    if (answer.type.startsWith("text/html") && here && put(here, answer.text)) {
      if (answer.status < 400) done(form);
      return answer;
    }
    if (options.method === "GET") return false;
    if (answer.redirected) { location.assign(answer.url); return true; }
    toast(say("failed"), "danger");
    return true;
  } finally {
    target.removeAttribute("aria-busy");
  }
}

async function plain(url, options) {
  const answer = await fetch(url, options);
  return { status: answer.status, url: answer.url, redirected: answer.redirected, location: answer.headers.get("X-Location"), type: answer.headers.get("Content-Type") ?? "", text: answer.status === 204 ? "" : await answer.text() };
}

const hasFiles = (body) => body instanceof FormData && [...body.values()].some((value) => value instanceof File && value.size > 0);
const done = (form) => form?.dispatchEvent(new CustomEvent("okiagari:sent", { bubbles: true }));

async function go(url, selector, push) {
  try {
    const answer = await ask(url, selector, { method: "GET" });
    if (!answer) location.assign(url);
    else if (push && answer.url) history.pushState({ fragment: selector }, "", answer.url);
  } catch {
    location.assign(url);
  }
}

function onClick(event) {
  const link = event.target.closest("a[data-fragment]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (!document.querySelector(link.dataset.fragment)) return;
  event.preventDefault();
  go(link.href, link.dataset.fragment, true);
}

async function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.dataset.fragment || !document.querySelector(form.dataset.fragment)) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  if ((event.submitter?.formMethod || form.method) === "get") {
    const url = new URL(action || location.href, location.href);
    url.search = new URLSearchParams([...data].filter(([, value]) => value !== "")).toString();
    go(url.href, form.dataset.fragment, true);
    return;
  }
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  try {
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
    await ask(action, form.dataset.fragment, { method: "POST", body }, form);
  } catch {
    form.dispatchEvent(new CustomEvent("okiagari:failed", { bubbles: true }));
    toast(say("failed"), "danger");
  } finally {
    form.removeAttribute("aria-busy");
  }
}

export function start() {
  let timer;
  document.addEventListener("click", onClick);
  // Bubbling order matters: draft.js may stop a form first when there is no network.
  document.addEventListener("submit", onSubmit);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (!form) return;
    clearTimeout(timer);
    const typing = event.target.matches("input:not([type=checkbox], [type=radio], [type=date])");
    timer = setTimeout(() => form.isConnected && form.requestSubmit(), typing ? 300 : 0);
  });
  addEventListener("popstate", (event) => {
    if (event.state?.fragment) go(location.href, event.state.fragment, false);
    else if (event.state === null && !location.hash) location.reload();
  });
}
