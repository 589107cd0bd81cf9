// What is typed into a form with data-draft survives an expired session, a lost network and a closed window.
// Kept per form key and per person in this browser; passwords, files and hidden fields are never kept.
import { clockTime, make, say } from "./text.js";

const PREFIX = "okiagari-draft:";
const KEEP_FOR = 7 * 24 * 3600 * 1000;

const slot = (key, owner = "") => `${PREFIX}${owner}:${key}`;
const slotOf = (form) => slot(form.dataset.draft, form.dataset.draftOwner);
const keepable = (field) => field.name && !field.disabled && !["password", "file", "hidden", "submit", "button", "reset", "image"].includes(field.type) && field.autocomplete !== "one-time-code" && !field.closest(".trap");
const fields = (form) => [...form.elements].filter(keepable);

function read(form) {
  const values = {};
  for (const field of fields(form)) {
    const kept = (values[field.name] ??= []);
    if (field.type === "checkbox" || field.type === "radio") { if (field.checked) kept.push(field.value); }
    else if (field.multiple && field.options) for (const option of field.selectedOptions) kept.push([option.value, option.text]);
    else if (field.options) kept.push([field.value, field.selectedOptions[0]?.text ?? ""]);
    else kept.push(field.value);
  }
  return values;
}

function choose(select, wanted) {
  for (const option of select.options) option.selected = false;
  for (const [value, text] of wanted) {
    let option = [...select.options].find((candidate) => candidate.value === value);
    if (!option) { option = make("option", { value }, text); select.append(option); }
    option.selected = true;
  }
}

function write(form, values) {
  growRows(form, values);
  const used = {};
  for (const field of fields(form)) {
    const kept = values[field.name];
    if (!kept) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
    else if (field.multiple && field.options) choose(field, kept);
    else {
      const value = kept[(used[field.name] = (used[field.name] ?? -1) + 1)];
      if (value === undefined) continue;
      if (field.options) choose(field, [value]);
      else field.value = value;
    }
    field.dispatchEvent(new CustomEvent("okiagari:filled", { bubbles: true }));
  }
}

// Rows added by hand are not in the page that comes back: ask for as many as the draft has.
function growRows(form, values) {
  for (const rows of form.querySelectorAll("[data-rows]")) {
    for (let guard = 0; guard < 200; guard += 1) {
      const next = `[${rows.dataset.rowsNext}]`;
      const prefix = rows.querySelector("[data-rows-template]")?.content.querySelector("[name]")?.name.split("[__N__]")[0];
      if (!prefix || !Object.keys(values).some((name) => name.startsWith(prefix + next))) break;
      rows.querySelector("[data-rows-add]").dispatchEvent(new CustomEvent("okiagari:grow", { bubbles: true }));
    }
  }
}

function load(form) {
  try {
    const kept = JSON.parse(localStorage.getItem(slotOf(form)) ?? "null");
    return kept && Date.now() - kept.at < KEEP_FOR ? kept : null;
  } catch { return null; }
}

const forget = (form) => { try { localStorage.removeItem(slotOf(form)); } catch { /* nothing was kept */ } };
const tell = (form, text) => { const state = form.querySelector("[data-draft-state]"); if (state) state.textContent = text; };

function keep(form) {
  try {
    localStorage.setItem(slotOf(form), JSON.stringify({ at: Date.now(), rev: form.dataset.draftRev ?? "", values: read(form) }));
    tell(form, say("kept", clockTime(Date.now())));
  } catch { tell(form, say("notKept")); }
}

function notice(form, tone, title, text, ...actions) {
  form.querySelector(":scope > .notice[data-draft-notice]")?.remove();
  const box = make("div", { class: "notice", "data-tone": tone, "data-draft-notice": true, role: tone === "danger" ? "alert" : "status" },
    make("p", { class: "notice-title" }, title), make("p", {}, text), ...(actions.length ? [make("div", { class: "actions" }, ...actions)] : []));
  form.prepend(box);
  return box;
}

function restore(form) {
  const kept = load(form);
  if (!kept) return;
  // Somebody was faster: the form holds both versions, and what was typed alone would undo theirs.
  if (form.querySelector(":scope > .conflict")) { keep(form); return; }
  const empty = JSON.stringify(read(form));
  if (JSON.stringify(kept.values) === empty) return;
  write(form, kept.values);
  const button = make("button", { type: "button", class: "btn btn-small" }, say("discard"));
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(kept.at);
  const stale = kept.rev !== (form.dataset.draftRev ?? "");
  const box = notice(form, stale ? "caution" : "info", say("restored"), say("restoredNote", when) + (stale ? ` ${say("olderRevision")}` : ""), button);
  button.addEventListener("click", () => {
    forget(form);
    write(form, JSON.parse(empty));
    tell(form, "");
    box.remove();
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });
}

async function reachable(form) {
  if (!navigator.onLine) return false;
  if (!form.dataset.draftProbe) return true;
  try {
    await fetch(form.dataset.draftProbe, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(5000) });
    return true;
  } catch { return false; }
}

async function onSubmit(event) {
  const form = event.target;
  if (form.dataset.draft === undefined) return;
  keep(form);
  if (form.dataset.draftGo) { delete form.dataset.draftGo; return; }
  const submitter = event.submitter;
  if (navigator.onLine && (form.dataset.fragment || !form.dataset.draftProbe)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await reachable(form)) {
    form.dataset.draftGo = "1";
    form.requestSubmit(submitter);
  } else notice(form, "danger", say("offline"), say("offlineNote")).scrollIntoView({ block: "nearest" });
}

export function wire(root) {
  // First what was taken: a form for the next one may stand on the same page.
  const done = root.matches?.("[data-draft-done]") ? [root] : root.querySelectorAll("[data-draft-done]");
  for (const element of done) forgetWhere((name) => name.endsWith(`:${element.dataset.draftDone}`));
  const forms = root.matches?.("form[data-draft]") ? [root] : root.querySelectorAll("form[data-draft]");
  for (const form of forms) restore(form);
  if (root.querySelector("[data-draft-forget='all']")) forgetWhere(() => true);
}

function forgetWhere(test) {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && test(name)) localStorage.removeItem(name);
  } catch { /* storage is switched off: nothing was kept */ }
}

function forgetOld() {
  forgetWhere((name) => { try { return Date.now() - JSON.parse(localStorage.getItem(name)).at > KEEP_FOR; } catch { return true; } });
}

export function start() {
  const timers = new WeakMap();
  const later = (event) => {
    const form = event.target.form;
    if (form?.dataset.draft === undefined || !keepable(event.target)) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => keep(form), 400));
  };
  document.addEventListener("input", later);
  document.addEventListener("change", later);
  document.addEventListener("submit", onSubmit, { capture: true });
  document.addEventListener("okiagari:sent", (event) => {
    const form = event.target;
    if (form.dataset?.draft === undefined) return;
    clearTimeout(timers.get(form));
    forget(form);
    tell(form, "");
    form.querySelector("[data-draft-notice]")?.remove();
  });
  forgetOld();
}
