// Keyboard: "/" to search, arrows and Enter in tables, single letters where a page offers them, Ctrl+Enter to send.
// html[data-keys="off"] switches the single keys off (WCAG 2.1.4).

const typing = (element) => element.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");
const rowsOf = (table) => [...table.querySelectorAll("tbody > tr")].filter((row) => row.querySelector("[data-row-link]"));

function move(table, step) {
  const rows = rowsOf(table);
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("is-current"));
  const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[at]?.classList.remove("is-current");
  rows[to].classList.add("is-current");
  rows[to].querySelector("[data-row-link]").focus({ preventScroll: true });
  rows[to].scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  const { key, target } = event;
  if (event.isComposing) return; // Enter while choosing kanji is not Enter
  if (key === "Enter" && (event.ctrlKey || event.metaKey) && target.form && target.matches("[data-key-send], form textarea")) {
    event.preventDefault();
    target.form.requestSubmit();
    return;
  }
  if (key === "Escape") {
    const open = target.closest?.("details[open].menu, details[open].help");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
    else if (target.matches?.("[data-key-send]")) target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target)) return;
  const table = target.closest?.("[data-rowkeys]") ?? (target === document.body || target.matches?.("main") ? document.querySelector("[data-rowkeys]") : null);
  if (table && (key === "ArrowDown" || key === "ArrowUp")) {
    event.preventDefault();
    move(table, key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (document.documentElement.dataset.keys === "off" || event.shiftKey) return;
  if (key === "/") {
    const box = document.querySelector("[data-key-search]");
    if (box?.offsetParent) { event.preventDefault(); box.focus(); box.select(); }
    return;
  }
  const owner = key.length === 1 && [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key);
  if (!owner) return;
  event.preventDefault();
  owner.click();
  if (owner.dataset.keyFocus) document.querySelector(owner.dataset.keyFocus)?.focus();
}

export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-rowkeys] tbody > tr");
    if (!row) return;
    for (const other of row.parentElement.querySelectorAll(":scope > .is-current")) other.classList.remove("is-current");
    if (event.target.matches("[data-row-link]")) row.classList.add("is-current");
  });
  // A menu that is open closes when attention goes elsewhere.
  const leave = (event) => {
    for (const open of document.querySelectorAll("details[open]:is(.menu, .help)")) if (!open.contains(event.target)) open.open = false;
  };
  document.addEventListener("pointerdown", leave);
  document.addEventListener("focusin", leave);
}
