// The one entry: each module finds its work by data attributes and does nothing where there is none.
import * as bulk from "./bulk.js";
import * as copy from "./copy.js";
import * as countdown from "./countdown.js";
import * as draft from "./draft.js";
import * as fragment from "./fragment.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as picker from "./picker.js";
import * as rows from "./rows.js";
import * as upload from "./upload.js";

function wire(root) {
  picker.wire(root);
  draft.wire(root);
  bulk.wire(root);
  root.querySelector("[data-focus]")?.focus();
}

for (const module of [draft, keys, rows, bulk, upload, copy, fragment, countdown, live]) module.start();
document.addEventListener("okiagari:changed", ({ detail: { element } }) => {
  wire(element);
  countdown.tick(element.parentElement ?? document);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
  const asking = event.target.closest("[data-confirm]");
  if (asking && !confirm(asking.dataset.confirm)) event.preventDefault();
}, { capture: true });
wire(document);
