// <time class="count" data-due="epoch ms">: the server writes the words as of now, this keeps them true.
import { clockTime, make, say } from "./text.js";
import { toast } from "./toast.js";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

// A laptop's clock may be wrong by minutes, and minutes count here: trust the server's.
const serverNow = Number(document.documentElement.dataset.now);
const skew = serverNow ? serverNow - Date.now() : 0;
export const now = () => Date.now() + skew;

/** A span of time as [number, unit] pairs: at most two units, none that has become noise. */
export function spanParts(ms) {
  const span = Math.abs(ms);
  if (span < MINUTE) return [[Math.floor(span / 1000), "second"]];
  const days = Math.floor(span / DAY), hours = Math.floor((span % DAY) / HOUR), minutes = Math.floor((span % HOUR) / MINUTE);
  if (days >= 3 || (days && !hours)) return [[days, "day"]];
  if (days) return [[days, "day"], [hours, "hour"]];
  if (hours) return minutes ? [[hours, "hour"], [minutes, "minute"]] : [[hours, "hour"]];
  return [[minutes, "minute"]];
}

function words(ms, lead, tail) {
  const nodes = lead ? [`${lead} `] : [];
  for (const [number, unit] of spanParts(ms)) nodes.push(make("b", {}, String(number)), say(unit));
  if (tail) nodes.push(document.documentElement.lang.startsWith("en") ? ` ${tail}` : tail);
  return nodes;
}

const last = new WeakMap();

function draw(element) {
  const at = Number(element.dataset.due ?? element.dataset.since);
  if (!Number.isFinite(at)) return;
  const left = at - now(), elapsed = element.dataset.since !== undefined, late = !elapsed && left < 0;
  let label = element.querySelector(".count-left");
  if (!label) {
    label = make("span", { class: "count-left" });
    element.replaceChildren(label, ...(elapsed ? [] : [" ", make("span", { class: "count-at" }, `(${clockTime(at, element.dataset.zone, Math.abs(left) > 12 * HOUR)})`)]));
  }
  const nodes = elapsed ? words(left) : late ? words(left, "", say("over")) : words(left, say("left"));
  const text = nodes.map((node) => node.textContent ?? node).join("");
  if (last.get(element) !== text) {
    label.replaceChildren(...nodes);
    last.set(element, text);
  }
  if (elapsed) return;
  const wasLate = element.classList.contains("is-late");
  element.classList.toggle("is-late", late);
  element.classList.toggle("is-soon", !late && left < Number(element.dataset.soon || 60) * MINUTE);
  element.closest(".deadline")?.toggleAttribute("data-late", late);
  if (late && !wasLate && element.dataset.announce && left > -MINUTE) toast(say("due", element.dataset.announce), "danger");
}

/** Redraws every clock on the page; numbers are not announced each second, only the moment they fall due. */
export function tick(root = document) {
  for (const element of root.querySelectorAll("time[data-due], time[data-since]")) draw(element);
  for (const element of root.querySelectorAll("[data-clock]")) element.textContent = clockTime(now(), element.dataset.zone);
}

export function start() {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}
