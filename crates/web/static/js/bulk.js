// Selection in a register: all on the page, a stretch with Shift, and the count.

function show(form) {
  const boxes = [...form.querySelectorAll("[data-bulk-item]")], chosen = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-bulk-all]"), bar = form.querySelector("[data-bulk-bar]"), count = form.querySelector("[data-bulk-count]");
  if (all) { all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; }
  if (bar) bar.hidden = chosen === 0;
  if (count) count.textContent = chosen;
}

export function wire(root) {
  for (const form of root.matches?.("[data-bulk]") ? [root] : root.querySelectorAll("[data-bulk]")) show(form);
}

export function start() {
  let anchor = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    const form = box.matches?.("[data-bulk-item], [data-bulk-all]") && box.closest("[data-bulk]");
    if (!form) return;
    const boxes = [...form.querySelectorAll("[data-bulk-item]")];
    if (box.matches("[data-bulk-all]")) for (const each of boxes) each.checked = box.checked;
    else if (event.shiftKey && anchor?.isConnected) {
      const [from, to] = [boxes.indexOf(anchor), boxes.indexOf(box)].sort((a, b) => a - b);
      if (from >= 0) for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
    }
    if (box.matches("[data-bulk-item]")) anchor = box;
    show(form);
  });
  addEventListener("pageshow", () => wire(document));
}
