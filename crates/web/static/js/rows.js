// Small tables of rows: add from the <template>, drop; numbering only ever grows, the server does not mind gaps.
import { say } from "./text.js";
import { toast } from "./toast.js";

function add(rows) {
  const number = rows.dataset.rowsNext ?? "0";
  rows.dataset.rowsNext = String(Number(number) + 1);
  const template = rows.querySelector("[data-rows-template]");
  const fresh = template.content.cloneNode(true);
  for (const element of fresh.querySelectorAll("*")) {
    for (const attribute of [...element.attributes]) {
      if (attribute.value.includes("__N__")) element.setAttribute(attribute.name, attribute.value.replaceAll("__N__", number));
    }
  }
  const row = fresh.firstElementChild;
  rows.querySelector("[data-rows-body]").append(fresh);
  document.dispatchEvent(new CustomEvent("okiagari:changed", { detail: { element: row } }));
  return row;
}

export function start() {
  document.addEventListener("click", (event) => {
    const adder = event.target.closest("[data-rows-add]"), dropper = event.target.closest("[data-rows-drop]");
    const rows = (adder ?? dropper)?.closest("[data-rows]");
    if (!rows) return;
    event.preventDefault();
    if (adder) {
      add(rows).querySelector("input, select, textarea")?.focus();
      return;
    }
    const row = dropper.closest("[data-rows-item]"), near = row.nextElementSibling ?? row.previousElementSibling;
    const form = rows.closest("form");
    row.remove();
    (near?.querySelector("[data-rows-drop]") ?? rows.querySelector("[data-rows-add]"))?.focus();
    form?.querySelector("[name]:not([type=hidden])")?.dispatchEvent(new Event("change", { bubbles: true }));
    toast(say("rowDropped"));
  });
  document.addEventListener("okiagari:grow", (event) => add(event.target.closest("[data-rows]")));
}
