// A search box in front of a <select>: the select stays, holds the value and is what the form sends.
// Follows the combobox-with-listbox pattern of WAI-ARIA.
import { icon, make, say } from "./text.js";

let serial = 0;

class Picker {
  constructor(root) {
    this.root = root;
    this.select = root.querySelector("select");
    this.many = this.select.multiple;
    this.items = [];
    this.at = -1;
    const id = `picker-${(serial += 1)}`;
    const label = this.select.labels[0];
    this.input = make("input", { class: "input", type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, placeholder: say("choose"), id: `${id}-input`, "aria-describedby": this.select.getAttribute("aria-describedby"), "aria-invalid": this.select.getAttribute("aria-invalid") });
    this.list = make("ul", { class: "picker-list", role: "listbox", id, hidden: true, "aria-label": label?.textContent.trim() });
    this.status = make("span", { class: "sr", role: "status" });
    if (label) label.htmlFor = this.input.id;
    this.select.hidden = true;
    // An unseen required field could not say what is wrong; the server says it.
    if (this.select.required) { this.select.required = false; this.input.setAttribute("aria-required", "true"); }
    if (this.many) { this.tokens = make("ul", { class: "picker-tokens" }); root.append(this.tokens); }
    root.append(this.input, this.list, this.status);
    this.input.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.suggest(), 150); });
    this.input.addEventListener("focus", () => { this.input.select(); });
    this.input.addEventListener("click", () => { if (this.list.hidden) this.suggest(""); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.pick([...this.list.querySelectorAll("[role=option]")].indexOf(option));
    });
    this.select.addEventListener("okiagari:filled", () => this.show());
    this.select.form?.addEventListener("reset", () => setTimeout(() => this.show()));
    this.show();
  }

  show() {
    const chosen = [...this.select.selectedOptions].filter((option) => option.value !== "");
    if (!this.many) { this.input.value = chosen[0]?.text ?? ""; return; }
    this.tokens.replaceChildren(...chosen.map((option) => {
      const drop = make("button", { type: "button", class: "btn btn-icon", "aria-label": say("remove", option.text) }, icon("close"));
      drop.addEventListener("click", () => { option.selected = false; this.changed(); this.input.focus(); });
      return make("li", { class: "picker-token" }, option.text, drop);
    }));
    this.input.value = "";
  }

  changed() {
    this.show();
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async suggest(query = this.input.value.trim()) {
    this.query?.abort();
    this.query = new AbortController();
    const url = new URL(this.root.dataset.source, location.href);
    url.searchParams.set("q", query);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.query.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.open((await answer.json()).items ?? []);
    } catch (error) {
      if (error.name === "AbortError") return;
      // Without the server the options already on the page are better than nothing.
      const local = [...this.select.options].filter((option) => option.value && option.text.includes(query));
      this.open(local.map((option) => ({ value: option.value, label: option.text, note: option.dataset.note })), local.length ? null : say("suggestFailed"));
    }
  }

  open(items, problem) {
    this.items = items;
    this.at = -1;
    this.list.replaceChildren(...(items.length
      ? items.map((item, index) => make("li", { class: "picker-option", role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false" }, item.label, ...(item.note ? [make("small", {}, item.note)] : [])))
      : [make("li", { class: "picker-none" }, problem ?? say("none"))]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.status.textContent = problem ?? (items.length ? say("found", items.length) : say("none"));
  }

  close() {
    this.query?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  mark(index) {
    const options = this.list.querySelectorAll("[role=option]");
    options[this.at]?.setAttribute("aria-selected", "false");
    this.at = (index + options.length) % options.length;
    options[this.at].setAttribute("aria-selected", "true");
    options[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.at].id);
  }

  pick(index) {
    const item = this.items[index];
    if (!item) return;
    if (!this.many) for (const option of this.select.options) option.selected = false;
    let option = [...this.select.options].find((candidate) => candidate.value === item.value);
    if (!option) { option = make("option", { value: item.value }, item.label); this.select.append(option); }
    option.selected = true;
    this.close();
    this.changed();
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden && this.items.length > 0;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.mark(this.at + (event.key === "ArrowDown" ? 1 : this.at < 0 ? 0 : -1));
      else this.suggest(this.many ? this.input.value : "");
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      this.pick(this.at < 0 ? 0 : this.at);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.close();
      this.show();
    } else if (event.key === "Backspace" && this.many && !this.input.value) {
      const chosen = [...this.select.selectedOptions];
      if (chosen.length) { chosen.at(-1).selected = false; this.changed(); }
    }
  }

  leave() {
    clearTimeout(this.timer);
    this.close();
    if (!this.many && this.input.value.trim() === "" && this.select.value !== "") {
      const blank = [...this.select.options].find((option) => option.value === "") ?? make("option", { value: "" });
      this.select.prepend(blank);
      this.select.value = "";
      this.changed();
    } else this.show();
  }
}

export function wire(root) {
  for (const element of root.matches?.("[data-picker]") ? [root] : root.querySelectorAll("[data-picker]")) {
    if (element.dataset.picker === "on" || !element.querySelector("select")) continue;
    element.dataset.picker = "on";
    new Picker(element);
  }
}
